using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Torch;
using Torchkeep.Values;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Torch;

/// <summary>A pickle of tensors, broken: what opens is read, and whatever goes wrong is a <see cref="CheckpointException"/>.</summary>
public class HostileTorchPickleTests
{
    private static readonly byte[] _pickle = Protocol2(Build(
        OrderedDict(
            (Str("weight"), TensorV2(Storage("FloatStorage", "0", 6), 1, [2, 2], [1, 3], requiresGrad: true)),
            (Str("bias"), Call(Global("torch._utils", "_rebuild_parameter"), TensorV3([.. Tuple(Str("storage"), Global("torch.storage", "UntypedStorage"), Str("1"), Str("cpu"), Int(24)), (byte)'Q'], 0, [3], [2], "uint16"), True, OrderedDict())),
            (Str("meta"), TensorV2(Storage("LongStorage", "9", 1L << 40, "meta"), 0, [1L << 20, 1L << 20], [1, 1L << 20])),
            (Str("bytes"), Call(Global("_codecs", "encode"), Str("abc"), Str("latin1"))),
            (Str("step"), Float(1.5))),
        Dict((Str("_metadata"), OrderedDict((Str(""), Dict((Str("version"), Int(1)))))))));

    [Fact]
    public void TheWholePickleIsFine() => Assert.Equal(5, Assert.IsType<PyDict>(Run(_pickle)).Count);

    [Fact]
    public void AnyBitMayBeWrong()
    {
        for (var bit = 0; bit < 8 * _pickle.Length; bit++)
        {
            var broken = _pickle.ToArray();
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadAnything(broken);
        }
    }

    [Fact]
    public void AnyTwoNumbersMayBeWrong()
    {
        // Sizes, strides, offsets and counts are the eight bytes after each LONG1.
        var numbers = Enumerable.Range(0, _pickle.Length - 2).Where(i => _pickle[i] == 0x8a && _pickle[i + 1] == 8).Select(i => i + 2).ToList();
        long[] values = [0, 1, -1, 7, 1L << 31, 1L << 32, 1L << 61, 1L << 62, long.MaxValue, long.MinValue];

        Assert.True(numbers.Count > 15);
        foreach (var first in numbers)
        {
            foreach (var second in numbers)
            {
                foreach (var value in values)
                {
                    var broken = _pickle.ToArray();
                    BitConverter.TryWriteBytes(broken.AsSpan(first), value);
                    BitConverter.TryWriteBytes(broken.AsSpan(second), value);
                    ReadAnything(broken);
                }
            }
        }
    }

    private static void ReadAnything(byte[] pickle)
    {
        try
        {
            var root = Run(pickle);
            foreach (var entry in PyWalker.Walk(root, 10_000).ToList())
            {
                if (entry.Value is PyTensor { View: var view })
                {
                    Assert.NotNull(view.ToString());
                    view.ReadBytes(new byte[Math.Min(view.ByteLength, 64)]);
                }
            }

            TorchPickleEncoder.Encode(root);
        }
        catch (CheckpointException error)
        {
            Assert.InRange(error.Message.Length, 10, 2_000);
        }
    }

    private static PyValue Run(byte[] pickle)
    {
        var position = 0;
        return PickleMachine.Run(pickle, ref position, "data.pkl", new TorchPickleHost(new TwoStorages(), ReadLimits.Default), ReadLimits.Default);
    }

    private sealed class TwoStorages : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => key is "0" or "1"
            ? new MemoryByteSource(new byte[24])
            : throw new InvalidCheckpointException("no such record") { Record = $"data/{key}" };
    }
}

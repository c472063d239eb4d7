using CsCheck;
using Torchkeep.Pickle;
using Torchkeep.Torch;
using Torchkeep.Values;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Pickle;

/// <summary>Whatever the bytes are, the outcome is a value or a <see cref="CheckpointException"/>, in time and memory that fit their number.</summary>
public class HostilePickleTests
{
    private const int Million = 1_000_000;
    private const int Levels = 150_000;

    // Small enough that every byte can be broken in turn.
    private static readonly List<byte[]> _pickles = [.. PlainPickleTests.AllBytes.Where(pickle => pickle.Length < 400).DistinctBy(Convert.ToHexString)];

    [Fact]
    public void ATruncatedPickleIsRefused()
    {
        foreach (var pickle in _pickles)
        {
            for (var length = 0; length < pickle.Length; length++)
            {
                RunAnything(pickle.AsSpan(0, length));
            }
        }
    }

    [Fact]
    public void AFlippedByteIsReadOrRefused()
    {
        foreach (var pickle in _pickles)
        {
            for (var at = 0; at < pickle.Length; at++)
            {
                foreach (var mask in (byte[])[0x01, 0x80, 0xff])
                {
                    var broken = pickle.ToArray();
                    broken[at] ^= mask;
                    RunAnything(broken);
                }
            }
        }
    }

    [Fact]
    public void AnyBytesAreReadOrRefused() => Gen.Byte.Array[0, 60].Sample(bytes => RunAnything(bytes), iter: 30_000);

    [Fact]
    public void AnyOpcodesAreReadOrRefused()
    {
        var opcode = Gen.OneOf([.. Enum.GetValues<PickleOpcode>().Where(opcode => opcode != PickleOpcode.Stop).Select(opcode => Gen.Const((byte)opcode))]);
        var piece = Gen.Frequency(
            (6, opcode.Select(code => (byte[])[code])),
            (3, Gen.Byte[0, 3].Select(index => (byte[])[(byte)'h', index])),
            (3, Gen.Byte[0, 3].Select(index => (byte[])[(byte)'q', index])),
            (2, Gen.Const(Global("collections", "OrderedDict"))),
            (2, Gen.Const(Global("torch._utils", "_rebuild_tensor_v2"))),
            (2, Gen.Const(Global("builtins", "set"))),
            (3, Gen.Const(Str("a"))));

        piece.Array[0, 40].Sample(pieces => RunAnything([.. pieces.SelectMany(bytes => bytes), (byte)'.']), iter: 30_000);
    }

    [Theory]
    [InlineData('X', 4)]
    [InlineData('T', 4)]
    [InlineData('B', 4)]
    [InlineData('\x8b', 4)]
    [InlineData('\x8d', 8)]
    [InlineData('\x8e', 8)]
    [InlineData('\x96', 8)]
    [InlineData('U', 1)]
    [InlineData('C', 1)]
    [InlineData('\x8c', 1)]
    [InlineData('\x8a', 1)]
    public void ALyingLengthIsNotPreAllocated(char opcode, int size)
    {
        byte[] pickle = [(byte)opcode, .. BitConverter.GetBytes(200_000_000L)[..size], .. "abc."u8];
        pickle[1] |= 0x10;
        AssertRefused(pickle);
        var before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused(pickle);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    [Fact]
    public void AMemoIndexOfFourBillionCostsOneEntry()
    {
        byte[] pickle = [(byte)'N', (byte)'r', 0xff, 0xff, 0xff, 0xff, (byte)'.'];
        PlainHost.Run(pickle);
        var before = GC.GetAllocatedBytesForCurrentThread();

        PlainHost.Run(pickle);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    // Of the call stack a level takes a hundred bytes at least, and it has eight million at most.
    [Theory]
    [InlineData("]", "", "a")]
    [InlineData("(", "N", "t")]
    [InlineData("(", "", "l")]
    [InlineData("", ")", "\x85")]
    [InlineData("}N", "N", "s")]
    [InlineData("", "cm\nf\n", ")R")]
    [InlineData("", "cm\nf\n", ")\x81")]
    [InlineData("(", "", "\x91")]
    [InlineData("cm\nC\n)\x81", "N", "b")]
    [InlineData("ccollections\nOrderedDict\n)RN", "N", "s")]
    public void NoDepthOverflowsTheCallStack(string open, string bottom, string close)
    {
        byte[] pickle =
        [
            .. Repeat(open, Levels), .. Latin1(bottom), .. Repeat(close, open == "]" ? Levels - 1 : Levels), (byte)'.',
        ];

        var value = PlainHost.Run(pickle);

        // All that walks, describes, hashes or writes a graph must stand it too.
        Assert.InRange(PyWalker.Walk(value, 10 * Levels).LongCount(), 1, 3 * Levels);
        Assert.NotNull(value.ToString());
        _ = new PyDict { { value, 1 } };
        TorchPickleEncoder.Encode(value);
    }

    [Fact]
    public void AMillionLevelsAreRead()
    {
        var value = PlainHost.Run([.. Repeat("](", Million), .. Repeat("e", Million), (byte)'.']);

        Assert.IsType<PyList>(value);
    }

    [Fact]
    public void APersistentIdOfAMillionRecordsIsDescribedShortly()
    {
        byte[] pickle = [.. Latin1("cm\nf\n"), .. Repeat(")R", Million), (byte)'Q', (byte)'.'];
        var position = 0;

        var error = Assert.Throws<InvalidCheckpointException>(
            () => PickleMachine.Run(pickle, ref position, "data.pkl", new TorchPickleHost(new NoStorages(), ReadLimits.Default), ReadLimits.Default));

        Assert.InRange(error.Message.Length, 10, 500);
    }

    [Fact]
    public void ABillionLaughsAreFewObjects()
    {
        byte[] pickle = [.. "]q\0"u8, .. Enumerable.Range(0, 250).SelectMany(i => (byte[])[(byte)']', (byte)'q', (byte)(i + 1), (byte)'h', (byte)i, (byte)'a', (byte)'h', (byte)i, (byte)'a']), (byte)'.'];
        PlainHost.Run(pickle);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var value = PlainHost.Run(pickle);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Equal(2, ((PyList)value).Items.Count);
        Assert.InRange(TorchPickleEncoder.Encode(value).Pickle.Length, 1, 5_000);
    }

    [Fact]
    public void ALongTextThatIsTheKeyOfManyEntriesIsHashedOnce()
    {
        // Were it hashed for each entry, this would be a terabyte of work.
        byte[] pickle = [.. "}"u8, .. Str(new string('k', Million)), .. "q\0Ns"u8, .. Repeat("h\0Ns", Million), (byte)'.'];

        Assert.Equal(1, ((PyDict)PlainHost.Run(pickle)).Count);
    }

    [Fact]
    public void NumbersOfOneHashMakeNoSlowDictionary()
    {
        var keys = Enumerable.Range(0, 200_000).SelectMany(i => (byte[])[.. Int(((long)i << 32) | (uint)i), (byte)'N']);

        Assert.Equal(200_000, ((PyDict)PlainHost.Run([.. "}("u8, .. keys, .. "u."u8])).Count);
    }

    [Fact]
    public void ANumberWithoutEndIsNeverWrittenOutInAMessage()
    {
        // Two million bytes of digits would take minutes.
        byte[] number = [0x8b, .. BitConverter.GetBytes(2 * Million), .. Enumerable.Repeat((byte)0x7f, 2 * Million)];
        var call = Call(
            Global("torch._utils", "_rebuild_tensor_v2"), Storage("FloatStorage", "0", 1), number, Ints(), Ints(), False, OrderedDict());

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(TorchZipBytes.Build(Protocol2(call), ("0", new byte[4]))));

        Assert.InRange(error.Message.Length, 10, 500);
    }

    private static void RunAnything(ReadOnlySpan<byte> pickle)
    {
        PyValue value;
        try
        {
            value = PlainHost.Run(pickle);
        }
        catch (CheckpointException error)
        {
            Assert.NotEmpty(error.Message);
            Assert.Equal("data.pkl", error.Record);
            return;
        }

        Assert.NotNull(value.ToString());
        try
        {
            TorchPickleEncoder.Encode(value);
        }
        catch (UnsupportedCheckpointException)
        {
        }
    }

    private static void AssertRefused(byte[] pickle) => Assert.ThrowsAny<CheckpointException>(() => PlainHost.Run(pickle));

    private static IEnumerable<byte> Repeat(string text, int count) => Enumerable.Repeat(Latin1(text), count).SelectMany(bytes => bytes);

    private static byte[] Latin1(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private sealed class NoStorages : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => throw new InvalidOperationException();
    }
}

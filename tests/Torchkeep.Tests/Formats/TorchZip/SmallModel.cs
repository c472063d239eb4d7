using System.Runtime.InteropServices;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>A state_dict of two tensors, spelled record by record, for tests to bend.</summary>
internal static class SmallModel
{
    internal static readonly float[] Weight = [1, 2, 3, 4, 5, 6];
    internal static readonly float[] Bias = [7, 8];

    internal static RawRecord Pickle => new("model/data.pkl", PickleBytes.Protocol2(PickleBytes.OrderedDict(
        (PickleBytes.Str("weight"), Tensor("0", [2, 3], [3, 1])),
        (PickleBytes.Str("bias"), Tensor("1", [2], [1])))));

    internal static RawRecord WeightRecord => new("model/data/0", MemoryMarshal.AsBytes(Weight.AsSpan()).ToArray());

    internal static RawRecord BiasRecord => new("model/data/1", MemoryMarshal.AsBytes(Bias.AsSpan()).ToArray());

    internal static RawRecord Version => new("model/version", "3\n"u8.ToArray());

    internal static RawZip Zip => new(Pickle, WeightRecord, BiasRecord, Version);

    /// <summary>The model with one record in the place of that of its name, or added.</summary>
    internal static RawZip With(params RawRecord[] records) =>
        new([.. Zip.Records.Where(old => records.All(record => record.Name != old.Name)), .. records]);

    internal static void AssertWhole(Checkpoint checkpoint)
    {
        Assert.Equal(Weight, checkpoint.FindTensor("weight").ToArray<float>());
        Assert.Equal(Bias, checkpoint.FindTensor("bias").ToArray<float>());
    }

    internal static void AssertWhole(byte[] file)
    {
        using var checkpoint = Checkpoint.Open(file);
        AssertWhole(checkpoint);
    }

    private static byte[] Tensor(string key, long[] shape, long[] strides) =>
        PickleBytes.TensorV2(PickleBytes.Storage("FloatStorage", key, shape.Aggregate((a, b) => a * b)), 0, shape, strides);
}

using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>Zeros with a few marks, of more bytes than a span or an int counts; made once for all tests, since it takes seconds.</summary>
public sealed class LargeTensor : IDisposable
{
    internal const long Length = 2_684_354_560;
    internal const byte Mark = 7;

    internal static readonly long[] Places = [0, 1L << 30, (1L << 31) - 1, 1L << 31, Length - 1];

    public LargeTensor()
    {
        foreach (var place in Places)
        {
            Value[place] = Mark;
        }
    }

    internal Tensor Value { get; } = zeros([Length], uint8);

    public void Dispose() => Value.Dispose();
}

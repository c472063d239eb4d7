namespace Torchkeep.TorchSharp.Tests;

/// <summary>Another source, counting what is read of it.</summary>
internal sealed class CountingByteSource(ByteSource source) : ByteSource
{
    public override long Length => source.Length;

    /// <summary>The length of each read.</summary>
    internal List<int> Reads { get; } = [];

    public override void Read(long offset, Span<byte> destination)
    {
        Reads.Add(destination.Length);
        source.Read(offset, destination);
    }

    protected override void Dispose(bool disposing) => source.Dispose();
}

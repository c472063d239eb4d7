using Torchkeep;

namespace PublicApi.Tests.Sources;

/// <summary>A file whose bytes are scrambled by a key: a source that somebody else may write.</summary>
internal sealed class ScrambledByteSource(byte[] scrambled, byte key) : ByteSource
{
    public override long Length => scrambled.Length;

    public override string Name => "a scrambled file";

    internal int AsyncReads { get; private set; }

    internal bool IsDisposed { get; private set; }

    public override void Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (byte)(scrambled[offset + i] ^ key);
        }
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        AsyncReads++;
        Read(offset, destination.Span);
    }

    internal static ScrambledByteSource Of(ReadOnlySpan<byte> plain, byte key)
    {
        var scrambled = plain.ToArray();
        foreach (ref var value in scrambled.AsSpan())
        {
            value ^= key;
        }

        return new(scrambled, key);
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;
}

using TorchSharp;

namespace Torchkeep;

/// <summary>The storage of a tensor in the machine's memory, handed to a save without a copy.</summary>
internal sealed unsafe class NativeByteSource : ByteSource
{
    private readonly torch.Tensor _owner;
    private readonly byte* _start;

    /// <param name="owner">Keeps the storage alive; disposed with this.</param>
    internal NativeByteSource(torch.Tensor owner)
    {
        _owner = owner;
        _start = (byte*)Native.StorageStart(owner);
        Length = Native.StorageBytes(owner);
    }

    public override long Length { get; }

    public override void Read(long offset, Span<byte> destination)
    {
        _ = TryGetSpan(offset, destination.Length, out var bytes);
        bytes.CopyTo(destination);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_owner.IsInvalid, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        bytes = new(_start + offset, length);
        return true;
    }

    protected override void Dispose(bool disposing) => _owner.Dispose();
}

using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Torchkeep.IO;

/// <summary>
/// A file whose bytes are handed out where the system maps them, privately: what is written to them stays in this
/// process. Reads that copy go by way of the file, since they then end in an exception where a map ends the process: when
/// somebody cuts the file short, or the disk fails.
/// </summary>
internal sealed unsafe class MappedByteSource : ByteSource, IPinnable
{
    private readonly FileByteSource _file;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private int _isDisposed;

    internal MappedByteSource(string path)
    {
        _file = new FileByteSource(path);
        if (_file.Length == 0)
        {
            return;
        }

        try
        {
            _map = MemoryMappedFile.CreateFromFile(_file.Handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override long Length => _file.Length;

    public override string Name => _file.Name;

    public override void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(offset, destination, cancellationToken);

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!IsInside(offset, length) || _view is null)
        {
            return false;
        }

        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        bytes = new(_start + offset, length);
        return true;
    }

    public override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        if (!IsInside(offset, length) || _view is null)
        {
            return false;
        }

        // The view is let go of when the last holder is done, whenever the source is disposed.
        var held = false;
        _view.SafeMemoryMappedViewHandle.DangerousAddRef(ref held);
        memory = new(_start + offset, default, this);
        return true;
    }

    MemoryHandle IPinnable.Pin(int elementIndex) => throw new NotSupportedException();

    void IPinnable.Unpin() => _view!.SafeMemoryMappedViewHandle.DangerousRelease();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (_start is not null)
            {
                _view!.SafeMemoryMappedViewHandle.ReleasePointer();
            }

            _view?.Dispose();
            _map?.Dispose();
            _file.Dispose();
        }
    }
}

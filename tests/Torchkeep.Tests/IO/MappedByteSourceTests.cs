using System.Buffers;
using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed unsafe class MappedByteSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MappedByteSourceTests() => File.WriteAllBytes(_folder["model.pt"], [.. Enumerable.Range(0, 100).Select(i => (byte)i)]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ItsBytesAreHandedOutInPlaceAndRead()
    {
        using var source = new MappedByteSource(_folder["model.pt"]);
        var read = new byte[3];
        source.Read(97, read);

        Assert.Equal(100, source.Length);
        Assert.Equal(_folder["model.pt"], source.Name);
        Assert.Equal([97, 98, 99], read);
        Assert.True(source.TryGetSpan(97, 3, out var span));
        Assert.Equal([97, 98, 99], span.ToArray());
    }

    [Theory, InlineData(98, 3), InlineData(-1, 3), InlineData(long.MaxValue, 1)]
    public void NothingOutsideIsHandedOut(long offset, int length)
    {
        using var source = new MappedByteSource(_folder["model.pt"]);

        Assert.False(source.TryGetSpan(offset, length, out _));
        Assert.False(source.TryMap(offset, length, out _));
    }

    [Fact]
    public void AnEmptyFileHasNoMap()
    {
        File.WriteAllBytes(_folder["empty.pt"], []);
        using var source = new MappedByteSource(_folder["empty.pt"]);

        Assert.Equal(0, source.Length);
        Assert.False(source.TryGetSpan(0, 0, out _));
    }

    [Fact]
    public void WhatIsHeldOutlivesTheSource()
    {
        var source = new MappedByteSource(_folder["model.pt"]);
        Assert.True(source.TryMap(10, 20, out var first));
        Assert.True(source.TryMap(10, 20, out var second));
        source.Dispose();
        first.Dispose();

        Assert.Equal(10, *(byte*)second.Pointer);
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => source.TryMap(0, 1, out _));
        Assert.Throws<ObjectDisposedException>(() => source.TryGetSpan(0, 1, out _));
    }

    [Fact]
    public void WhatIsWrittenToItStaysInTheProcess()
    {
        using var source = new MappedByteSource(_folder["model.pt"]);
        Assert.True(source.TryMap(0, 100, out var memory));
        *(byte*)memory.Pointer = 77;
        memory.Dispose();

        var read = new byte[1];
        source.Read(0, read);
        Assert.Equal(0, read[0]);
        Assert.Equal(0, File.ReadAllBytes(_folder["model.pt"])[0]);
    }

    [Fact]
    public void AFileThatIsCutWhileItIsMappedIsAnExceptionOfARead()
    {
        using var source = new MappedByteSource(_folder["model.pt"]);
        using (var other = new FileStream(_folder["model.pt"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(50);
        }

        Assert.Equal(50, Assert.Throws<InvalidCheckpointException>(() => source.Read(40, new byte[20])).Offset);
    }

    [Fact]
    public void PartsOfItAreMappedToo()
    {
        using var source = new MappedByteSource(_folder["model.pt"]);
        var part = new SliceByteSource(source, 10, 20);

        Assert.True(part.TryMap(5, 15, out var memory));
        Assert.Equal(15, *(byte*)memory.Pointer);
        memory.Dispose();
        Assert.False(part.TryMap(5, 16, out _));
        Assert.False(new MemoryByteSource(new byte[3]).TryMap(0, 3, out MemoryHandle _));
    }
}

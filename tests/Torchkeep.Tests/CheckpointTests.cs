using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests;

public class CheckpointTests
{
    private static readonly byte[] _weight = [0, 0, 128, 63, 0, 0, 0, 64];
    private static readonly byte[] _bias = [0, 0, 64, 64];

    private static readonly byte[] _file = TorchZipBytes.Build(
        Protocol2(OrderedDict(
            (Str("layer.weight"), TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1])),
            (Str("layer.bias"), TensorV2(Storage("FloatStorage", "1", 1), 0, [1], [1])),
            (Str("epoch"), Int(7)))),
        ("0", _weight),
        ("1", _bias));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void AFileIsOpenedByPath()
    {
        using var file = new TemporaryFile(_file);
        using var checkpoint = Checkpoint.Open(file.Path);

        AssertContent(checkpoint);
        Assert.Equal(file.Path, checkpoint.File);
        Assert.Equal(CheckpointFormat.TorchZip, checkpoint.Format);
    }

    [Fact]
    public async Task AFileIsOpenedByPathWithoutBlocking()
    {
        using var file = new TemporaryFile(_file);
        using var checkpoint = await Checkpoint.OpenAsync(file.Path, cancellationToken: Token);

        AssertContent(checkpoint);
    }

    [Fact]
    public void BytesInMemoryAreOpenedWithoutACopy()
    {
        var bytes = _file.ToArray();
        using var checkpoint = Checkpoint.Open(bytes);
        AssertContent(checkpoint);

        // The last byte of 3.0f, found by the storage's bytes before it.
        using var unchecked32 = Checkpoint.Open(bytes, new() { VerifyChecksums = false });
        bytes[bytes.AsSpan().IndexOf(_bias) + 3] = 0xc0;

        Assert.Null(checkpoint.File);
        Assert.Equal([-3f], unchecked32["layer.bias"].AsTensor().ToArray<float>());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task AStreamIsOpenedFromItsPositionOn(bool canSeek, bool async)
    {
        using var stream = new TestStream([9, 9, 9, .. _file], canSeek) { Skip = 3 };
        using var checkpoint = async ? await Checkpoint.OpenAsync(stream, cancellationToken: Token) : Checkpoint.Open(stream);

        AssertContent(checkpoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AStreamIsClosedOrLeftOpenAsAsked(bool canSeek)
    {
        var (closed, left) = (new TestStream(_file, canSeek), new TestStream(_file, canSeek));

        Checkpoint.Open(closed).Dispose();
        Checkpoint.Open(left, leaveOpen: true).Dispose();

        Assert.True(closed.IsDisposed);
        Assert.False(left.IsDisposed);
    }

    [Fact]
    public void AnySourceOfBytesIsOpened()
    {
        using var checkpoint = Checkpoint.Open(new CountingByteSource(_file));

        AssertContent(checkpoint);
        Assert.Equal("counted", checkpoint.File);
    }

    [Fact]
    public void OpeningReadsNoByteOfATensorAndNoMoreForLargerOnes()
    {
        var (small, large) = (Opened(1 << 20), Opened(1 << 24));

        Assert.InRange(large.BytesRead, 1, 70_000);
        Assert.Equal(small.BytesRead, large.BytesRead);
        Assert.Equal(small.Reads.Count, large.Reads.Count);

        static CountingByteSource Opened(int bytes)
        {
            // The first bytes are looked at, and the last 64 KiB, where the directory is.
            var pickle = Protocol2(Dict((Str("w"), TensorV2(Storage("ByteStorage", "0", bytes), 0, [bytes], [1]))));
            var file = TorchZipBytes.Archive(
            [
                ("archive/data.pkl", pickle), ("archive/version", "3\n"u8.ToArray()), ("archive/filler", new byte[1000]),
                ("archive/data/0", Enumerable.Repeat((byte)0xab, bytes).ToArray()), ("archive/more", new byte[70_000]),
            ]);
            var source = new CountingByteSource(file);
            using var checkpoint = Checkpoint.Open(source);
            Assert.Equal("w", Assert.Single(checkpoint.Tensors).Name);
            Assert.False(source.WasRead(file.AsSpan().IndexOf(Enumerable.Repeat((byte)0xab, 64).ToArray()), bytes));
            return source;
        }
    }

    [Fact]
    public void ReadingATensorReadsItAndNoOther()
    {
        var source = new CountingByteSource(_file);
        using var checkpoint = Checkpoint.Open(source);
        source.Reads.Clear();

        checkpoint.FindTensor("layer.weight").ToArray<float>();

        Assert.Equal([30, 8], source.Reads.Select(read => read.Length));
    }

    [Fact]
    public void TheSourceIsDisposedWithTheCheckpoint()
    {
        var source = new CountingByteSource(_file);
        var checkpoint = Checkpoint.Open(source);
        var tensor = checkpoint.FindTensor("layer.weight");

        checkpoint.Dispose();
        checkpoint.Dispose();

        Assert.True(source.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
        Assert.Equal(7, checkpoint["epoch"].AsInt64());
    }

    [Fact]
    public void AFileIsClosedWithTheCheckpoint()
    {
        using var file = new TemporaryFile(_file);
        var checkpoint = Checkpoint.Open(file.Path);
        var tensor = checkpoint["layer.weight"].AsTensor();

        checkpoint.Dispose();

        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
    }

    [Fact]
    public void TheSourceIsDisposedWhenOpeningFails()
    {
        var source = new CountingByteSource("no checkpoint"u8.ToArray());
        var stream = new TestStream("no checkpoint"u8.ToArray(), canSeek: false);

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(source));
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(stream));

        Assert.True(source.IsDisposed);
        Assert.True(stream.IsDisposed);
        Assert.Equal("counted", error.File);
    }

    [Fact]
    public void AMissingFileIsTheSystemsError() => Assert.Throws<FileNotFoundException>(() => Checkpoint.Open(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));

    [Fact]
    public void TensorsAreListedInTheOrderOfTheFile()
    {
        using var checkpoint = Checkpoint.Open(_file);

        Assert.Equal(["layer.weight", "layer.bias"], checkpoint.Tensors.Select(entry => entry.Name));
        Assert.Equal(["$['layer.weight']", "$['layer.bias']"], checkpoint.Tensors.Select(entry => entry.Path));
        Assert.Equal("layer.bias", checkpoint["layer.bias"].AsTensor().Name);
        Assert.Same(checkpoint.Tensors, checkpoint.Tensors);
    }

    [Fact]
    public void ATensorIsFoundByNameOrPath()
    {
        using var checkpoint = Checkpoint.Open(_file);

        Assert.Same(checkpoint["layer.bias"].AsTensor(), checkpoint.FindTensor("layer.bias"));
        Assert.Same(checkpoint["layer.bias"].AsTensor(), checkpoint.FindTensor("$['layer.bias']"));
        Assert.Equal("the checkpoint has no tensor 'bias' among its 2", Assert.Throws<KeyNotFoundException>(() => checkpoint.FindTensor("bias")).Message);
    }

    [Fact]
    public void ANameOfTwoTensorsIsFoundByPathAlone()
    {
        byte[] tensor = TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1]);
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(Dict((Str("a.b"), tensor), (Str("a"), Dict((Str("b"), tensor))))), ("0", _weight)));

        Assert.Equal(
            "the checkpoint has 2 tensors 'a.b': $['a.b'], $['a']['b']",
            Assert.Throws<KeyNotFoundException>(() => checkpoint.FindTensor("a.b")).Message);
        Assert.Equal([1f, 2f], checkpoint.FindTensor("$['a']['b']").ToArray<float>());
    }

    [Fact]
    public void ATensorByItselfHasNoName()
    {
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1])), ("0", _weight)));

        Assert.Equal("", Assert.Single(checkpoint.Tensors).Name);
        Assert.Equal([1f, 2f], checkpoint.Root.AsTensor().ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => checkpoint["weight"]);
    }

    [Fact]
    public void AMissingEntryIsNamedWithThoseThereAre()
    {
        using var checkpoint = Checkpoint.Open(_file);

        Assert.Equal(
            "there is no key 'step'; the OrderedDict has 'layer.weight', 'layer.bias', 'epoch'",
            Assert.Throws<KeyNotFoundException>(() => checkpoint["step"]).Message);
    }

    [Fact]
    public void AnEndlessObjectIsNotListed()
    {
        var laughs = Enumerable.Range(0, 60).Aggregate(List(), (inner, i) => [(byte)']', .. inner, (byte)'q', (byte)i, (byte)'a', (byte)'h', (byte)i, (byte)'a']);
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(laughs)), new() { Limits = new() { MaxEntries = 10_000 } });

        Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.Tensors);
        Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.Walk().Count());
    }

    [Fact]
    public void NamesThatFillTheMemoryAreNotMade()
    {
        // A key of a million characters over a thousand tensors in a file of two megabytes, and the same key at each of a thousand levels.
        byte[] tensor = TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1]);
        byte[] key = Str(new string('k', 1_000_000));
        byte[] wide = Dict((key, List([tensor, .. Enumerable.Range(0, 1000).Select(i => TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1]))])));
        byte[] deep = [.. "}"u8, .. key, .. "q\0"u8, .. Enumerable.Repeat("}h\0"u8.ToArray(), 1000).SelectMany(bytes => bytes), .. tensor, .. Enumerable.Repeat((byte)'s', 1001)];

        foreach (var root in (byte[][])[wide, deep])
        {
            using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(root), ("0", _weight)));
            var error = Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.Tensors);
            Assert.Contains(nameof(ReadLimits.MaxNameCharacters), error.Message, StringComparison.Ordinal);
        }

        using var walked = Checkpoint.Open(TorchZipBytes.Build(Protocol2(deep), ("0", _weight)));
        Assert.Throws<UnsupportedCheckpointException>(() => walked.Walk().Last().Path);
    }

    [Fact]
    public async Task OpeningIsCancelled()
    {
        using var file = new TemporaryFile(_file);
        var cancelled = new CancellationToken(canceled: true);
        var (seekable, unseekable) = (new TestStream(_file, canSeek: true), new TestStream(_file, canSeek: false));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Checkpoint.OpenAsync(file.Path, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Checkpoint.OpenAsync(seekable, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Checkpoint.OpenAsync(unseekable, cancellationToken: cancelled));

        Assert.True(seekable.IsDisposed);
        Assert.True(unseekable.IsDisposed);
    }

    [Fact]
    public void ManyThreadsReadAtOnce()
    {
        using var file = new TemporaryFile(_file);
        using var byPath = Checkpoint.Open(file.Path);
        using var byStream = Checkpoint.Open(new TestStream(_file, canSeek: true));

        Parallel.For(0, 200, _ =>
        {
            AssertContent(byPath);
            AssertContent(byStream);
        });
    }

    [Fact]
    public void ABrokenPickleNamesFileRecordAndByte()
    {
        var source = new CountingByteSource(TorchZipBytes.Build([0x80, 2, (byte)'}', 0xff]));

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(source));

        Assert.Equal(("counted", "archive/data.pkl", 3L), (error.File, error.Record, error.Offset));
        Assert.Equal("0xff is no opcode of any pickle protocol (file 'counted', record 'archive/data.pkl', byte 3)", error.Message);
    }

    [Fact]
    public void AFailedReadNamesTheTensor()
    {
        var bytes = _file.ToArray();
        bytes[bytes.AsSpan().IndexOf(_bias)] ^= 1;
        using var checkpoint = Checkpoint.Open(bytes);

        var error = Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindTensor("layer.bias").ToArray<float>());

        Assert.Equal(("archive/data/1", "layer.bias"), (error.Record, error.TensorName));
    }

    private static void AssertContent(Checkpoint checkpoint)
    {
        Assert.Equal(7, checkpoint["epoch"].AsInt64());
        Assert.Equal([1f, 2f], checkpoint["layer.weight"].AsTensor().ToArray<float>());
        Assert.Equal([3f], checkpoint["layer.bias"].AsTensor().ToArray<float>());
    }

    private sealed class TestStream : MemoryStream
    {
        private readonly bool _canSeek;

        internal TestStream(byte[] bytes, bool canSeek)
            : base(bytes) => _canSeek = canSeek;

        public override bool CanSeek => _canSeek;

        internal long Skip
        {
            init => Seek(value, SeekOrigin.Begin);
        }

        internal bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class TemporaryFile : IDisposable
    {
        internal TemporaryFile(byte[] bytes) => File.WriteAllBytes(Path, bytes);

        internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

        public void Dispose() => File.Delete(Path);
    }
}

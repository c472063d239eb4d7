using System.Runtime.InteropServices;

namespace Torchkeep.Tests.Tensors;

/// <summary>Tensors read in pieces by several threads, and many checked at once.</summary>
public sealed class TensorPiecesTests
{
    private const int PieceBytes = 1 << 20;

    public static TheoryData<int> Lengths => [0, 1, PieceBytes / 4, (PieceBytes / 4) + 1, (5 * PieceBytes / 4) + 3];

    [Theory, MemberData(nameof(Lengths))]
    public void PiecesInAnyOrderAreTheTensor(int elements)
    {
        var expected = Elements(elements);
        using var checkpoint = Checkpoint.Open(Saved(("a", expected)));
        var view = checkpoint["a"].AsTensor();
        var pieces = view.InPieces(PieceBytes);
        var bytes = new byte[view.ByteLength];

        Parallel.For(0, pieces.Count, i =>
        {
            var last = pieces.Count - 1 - i;
            pieces.Read(last, bytes.AsSpan((int)pieces.StartOf(last), pieces.LengthOf(last)));
        });

        Assert.Equal((bytes.Length + PieceBytes - 1) / PieceBytes, pieces.Count);
        Assert.True(MemoryMarshal.AsBytes<float>(expected).SequenceEqual(bytes));
    }

    [Fact]
    public void EveryByteIsReadOnceAndChecked()
    {
        using var counted = Saved(("a", Elements(5 << 18)));
        using var checkpoint = Checkpoint.Open(counted);
        var view = checkpoint["a"].AsTensor();
        _ = view.InPieces(PieceBytes).LengthOf(0);
        var before = counted.BytesRead;
        ReadAll(view);

        Assert.InRange(counted.BytesRead - before, view.ByteLength, view.ByteLength + 100);

        // What is checked is not read for it again.
        before = counted.BytesRead;
        view.Verify();
        TensorView.VerifyAll([view], TestContext.Current.CancellationToken);
        Assert.Equal(before, counted.BytesRead);
    }

    [Fact]
    public void OneWrongByteIsFoundByTheReadThatEndsLast()
    {
        using var checkpoint = Checkpoint.Open(Damaged(("a", Elements(100)), ("b", Elements(5 << 18))));
        var pieces = checkpoint["b"].AsTensor().InPieces(PieceBytes);
        var buffer = new byte[PieceBytes];
        for (var i = 0; i < pieces.Count - 1; i++)
        {
            pieces.Read(i, buffer.AsSpan(0, pieces.LengthOf(i)));
        }

        var error = Assert.Throws<InvalidCheckpointException>(() => pieces.Read(pieces.Count - 1, buffer.AsSpan(0, pieces.LengthOf(pieces.Count - 1))));

        Assert.Equal("b", error.TensorName);
        Assert.EndsWith("/data/1", error.Record);
    }

    [Fact]
    public void VerifyAllSaysTheFirstThatIsWrong()
    {
        var damaged = Damaged(("a", Elements(100)), ("b", Elements(20 << 18)), ("c", Elements(5 << 18)));
        using var checkpoint = Checkpoint.Open(damaged);
        var views = checkpoint.Tensors.Select(tensor => tensor.View).ToList();

        var error = Assert.Throws<InvalidCheckpointException>(() => TensorView.VerifyAll(views, TestContext.Current.CancellationToken));

        Assert.Equal("b", error.TensorName);
        TensorView.VerifyAll([views[0], views[2]], TestContext.Current.CancellationToken);
    }

    [Fact]
    public void VerifyAllReadsAStorageOnceThatTensorsShare()
    {
        using var counted = Saved(("a", Elements(20 << 18)));
        using var checkpoint = Checkpoint.Open(counted);
        var view = checkpoint["a"].AsTensor();
        var before = counted.BytesRead;

        TensorView.VerifyAll([view, view.AsStrided([5], [1], 3), view], TestContext.Current.CancellationToken);

        Assert.InRange(counted.BytesRead - before, view.ByteLength, view.ByteLength + 100);
    }

    [Fact]
    public void ACancelledCheckEnds()
    {
        using var checkpoint = Checkpoint.Open(Saved(("a", Elements(5 << 20))));

        Assert.ThrowsAny<OperationCanceledException>(() => TensorView.VerifyAll([checkpoint["a"].AsTensor()], new(canceled: true)));
    }

    [Fact]
    public void WhatIsNoPieceIsRefused()
    {
        var view = TensorView.FromArray(Elements(100), ElementType.Float32, 10, 10);
        var pieces = view.InPieces(64);

        Assert.Throws<ArgumentOutOfRangeException>(() => view.InPieces(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.InPieces(24));
        Assert.Throws<ArgumentOutOfRangeException>(() => pieces.LengthOf(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => pieces.Read(6, new byte[64]));
        Assert.Throws<InvalidOperationException>(() => view.AsStrided([10, 10], [1, 10], 0).InPieces(64));
    }

    private static float[] Elements(int count) => [.. Enumerable.Range(0, count).Select(i => i * 0.5f)];

    private static CountingByteSource Saved(params (string Name, float[] Elements)[] tensors) => new(Bytes(tensors));

    private static CountingByteSource Damaged(params (string Name, float[] Elements)[] tensors)
    {
        // The elements of 'b', which has far more than what is before it.
        var bytes = Bytes(tensors);
        bytes[100_000] ^= 4;
        return new(bytes);
    }

    private static byte[] Bytes((string Name, float[] Elements)[] tensors)
    {
        var stream = new MemoryStream();
        var root = new PyDict();
        foreach (var (name, elements) in tensors)
        {
            root[name] = TensorView.FromArray(elements, ElementType.Float32, elements.Length);
        }

        Checkpoint.Save(root, stream);
        return stream.ToArray();
    }

    private static void ReadAll(TensorView view)
    {
        var pieces = view.InPieces(PieceBytes);
        Parallel.For(0, pieces.Count, i => pieces.Read(i, new byte[pieces.LengthOf(i)]));
    }
}

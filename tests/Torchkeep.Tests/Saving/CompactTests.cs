using CsCheck;

namespace Torchkeep.Tests.Saving;

/// <summary>A save without the bytes that no tensor uses.</summary>
public sealed class CompactTests
{
    private static readonly WriteOptions _compact = new() { Compact = true };

    [Fact]
    public void ASmallViewTakesItsOwnBytes()
    {
        var large = TensorStorage.FromArray([.. Enumerable.Range(0, 100_000).Select(i => (float)i)]);
        var root = new PyDict { { "part", new TensorView(large, ElementType.Float32, [2, 2], [2, 1], 500) } };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, _compact));
        var part = checkpoint.FindTensor("part");

        Assert.Equal([500, 501, 502, 503], part.ToArray<float>());
        Assert.Equal((16, 0), (part.Storage.ByteLength, part.StorageOffset));
        Assert.Equal(new StorageUsage(400_000, 16), StorageUsage.Of(root));
        Assert.Equal(399_984, StorageUsage.Of(root).UnusedBytes);
        Assert.Equal(0, StorageUsage.Of(checkpoint.Root).UnusedBytes);
    }

    [Fact]
    public void ViewsGoOnSharing()
    {
        var storage = TensorStorage.FromArray([.. Enumerable.Range(0, 100)]);
        var root = new PyDict
        {
            { "a", new TensorView(storage, ElementType.Int32, [4], [1], 10) },
            { "b", new TensorView(storage, ElementType.Int32, [2, 2], [1, 2], 12) },
            { "far", new TensorView(storage, ElementType.Int32, [3], [1], 90) },
            { "none", new TensorView(storage, ElementType.Int32, [0], [1], 100) },
        };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, _compact));
        var found = checkpoint.Tensors.Select(tensor => tensor.View).ToList();

        Assert.All(found, view => Assert.Same(found[0].Storage, view.Storage));
        Assert.Equal((6 + 3) * 4, found[0].Storage.ByteLength);
        Assert.Equal([0, 2, 6, 0], found.Select(view => view.StorageOffset));
        Assert.Equal([12, 14, 13, 15], found[1].ToArray<int>());
        Assert.Equal([90, 91, 92], found[2].ToArray<int>());
    }

    [Fact]
    public void AColumnAloneBecomesRowMajor()
    {
        var storage = TensorStorage.FromArray([.. Enumerable.Range(0, 100)]);
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(new PyDict { { "column", new TensorView(storage, ElementType.Int32, [10], [10], 3) } }, _compact));
        var column = checkpoint.FindTensor("column");

        Assert.Equal([3, 13, 23, 33, 43, 53, 63, 73, 83, 93], column.ToArray<int>());
        Assert.Equal((40, 1), (column.Storage.ByteLength, column.Strides[0]));
    }

    [Fact]
    public void WhatIsFullStaysAsItIs()
    {
        var root = Models.StateDict();

        Assert.Equal(Saved.ToBytes(root), Saved.ToBytes(root, _compact));
    }

    [Fact]
    public void AStorageThatARecordNamesStaysWhole()
    {
        var storage = TensorStorage.FromArray(new byte[100]);
        var view = new TensorView(storage, ElementType.QUInt8, [2], [1], 7);
        var record = new PyObject(PyObjectKind.Call, new PyGlobal("torch._utils", "_rebuild_qtensor"), new PyTuple(new PyStorage(storage, ElementType.QUInt8)));

        Assert.Equal(0, StorageUsage.Of(new PyList(view, record)).UnusedBytes);
        Assert.Equal(0, StorageUsage.Of(new PyList(new PyObject(PyObjectKind.Call, new PyGlobal("m", "f"), new PyTuple(view)))).UnusedBytes);
        Assert.Equal(98, StorageUsage.Of(new PyList(new PyObject(PyObjectKind.New, new PyGlobal("m", "C"), PyTuple.Empty) { State = view })).UnusedBytes);
    }

    [Fact]
    public void TensorsAreFoundWhereverTheyHide()
    {
        var storage = TensorStorage.FromArray(new byte[100]);
        PyValue View(long offset) => new TensorView(storage, ElementType.UInt8, [1], [1], offset);
        var set = new PySet();
        set.Add(View(2));
        var hidden = new PyDict(isOrdered: true) { { new PyTuple(View(1)), PyNone.Value }, { "set", set } };
        hidden.Attributes = new() { { "a", View(3) }, { "state", new PyTensor(View(4).AsTensor()) { State = View(5) } } };
        hidden.Add("itself", hidden);
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(hidden, _compact));

        Assert.Equal(5, checkpoint.Tensors[0].View.Storage.ByteLength);
        Assert.Equal(95, StorageUsage.Of(hidden).UnusedBytes);
    }

    [Fact]
    public void AValueThatIsMetWithoutEndIsVisitedOnce()
    {
        PyValue value = new PyList();
        for (var i = 0; i < 100; i++)
        {
            value = new PyList(value, value);
        }

        Assert.Equal(0, StorageUsage.Of(value).TotalBytes);
    }

    [Fact]
    public void AnyViewsOfOneStorageKeepTheirElementsAndTakeNoMore() =>
        Gen.Select(Gen.Select(Gen.Int[0, 4].Array[0, 3], Gen.Int[0, 20].Array[3], Gen.Int[0, 40]).Array[1, 4], Gen.Int[0, 2].Select(i => new[] { ElementType.UInt8, ElementType.Int16, ElementType.Complex128 }[i])).Sample(
            (layouts, type) =>
            {
                var size = ElementTypeInfo.Of(type).ByteSize;
                var bytes = new byte[300 * size];
                new Random(1).NextBytes(bytes);
                var storage = TensorStorage.FromArray(bytes);
                var root = new PyList([.. layouts.Select(layout => (PyValue)new TensorView(
                    storage, type, [.. layout.Item1.Select(size => (long)size)], [.. layout.Item2[..layout.Item1.Length].Select(step => (long)step)], layout.Item3))]);
                using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, _compact));

                Assert.InRange(checkpoint.Tensors[0].View.Storage.ByteLength, 0, storage.ByteLength);
                Assert.Equal([.. root.Items.Select(value => Convert.ToHexString(Bytes(value.AsTensor())))], [.. checkpoint.Tensors.Select(tensor => Convert.ToHexString(Bytes(tensor.View)))]);
            },
            iter: 500);

    private static byte[] Bytes(TensorView view)
    {
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return bytes;
    }
}

using System.Reflection;

namespace Torchkeep.Tests.Reading;

/// <summary>What a caller gets wrong is an argument's exception, never one about a checkpoint, and never one of the runtime.</summary>
public sealed class MistakenArgumentTests
{
    private const ElementType NoType = (ElementType)999;

    private static readonly PyTensor _ints = Tensor(ElementType.Int64, new long[4], 2, 2);
    private static readonly PyTensor _row = Tensor(ElementType.Int64, new long[4], 4);
    private static readonly PyTensor _floats = Tensor(ElementType.Float32, new float[4], 4);
    private static readonly TensorView _quantized = TensorView.FromArray(new sbyte[4], ElementType.QInt8, 4);
    private static readonly TensorStorage _storage = TensorStorage.FromArray(new float[4]);

    public static TheoryData<string> Cases => [.. Table().Keys];

    public static TheoryData<string> Limits =>
        [.. typeof(ReadLimits).GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name)];

    [Theory, MemberData(nameof(Cases))]
    public void AMistakeIsAnArgumentException(string mistake) => Assert.ThrowsAny<ArgumentException>(Table()[mistake]);

    [Theory, MemberData(nameof(Limits))]
    public void NoLimitIsNegative(string name)
    {
        var property = typeof(ReadLimits).GetProperty(name)!;
        var negative = property.PropertyType == typeof(int) ? (object)-1 : -1L;
        var error = Assert.Throws<TargetInvocationException>(() => property.SetValue(new ReadLimits(), negative));
        Assert.IsType<ArgumentOutOfRangeException>(error.InnerException);

        var zero = property.PropertyType == typeof(int) ? (object)0 : 0L;
        property.SetValue(new ReadLimits(), zero);
    }

    private static Dictionary<string, Action> Table() => new()
    {
        ["array too small"] = () => TensorView.FromArray(new float[3], ElementType.Float32, 2, 3),
        ["array with a negative size"] = () => TensorView.FromArray(new float[3], ElementType.Float32, -1),
        ["array with a shape without end"] = () => TensorView.FromArray(new float[3], ElementType.Float32, long.MaxValue, long.MaxValue),
        ["array of another type"] = () => TensorView.FromArray(new double[3], ElementType.Float32, 3),
        ["array of no type"] = () => TensorView.FromArray(new float[3], NoType, 3),
        ["array that is null"] = () => TensorView.FromArray<float>(null!, ElementType.Float32, 3),
        ["storage of an array that is null"] = () => TensorStorage.FromArray<float>(null!),
        ["storage over null"] = () => _ = new TensorStorage(null!),
        ["storage at no place"] = () => _ = new TensorStorage(_storage.Bytes, null!),
        ["view of null"] = () => _ = new TensorView(null!, ElementType.Float32, [4]),
        ["view too large"] = () => _ = new TensorView(_storage, ElementType.Float32, [5]),
        ["view of a negative size"] = () => _ = new TensorView(_storage, ElementType.Float32, [-4]),
        ["view of no type"] = () => _ = new TensorView(_storage, NoType, [4]),
        ["view of a negative type"] = () => _ = new TensorView(_storage, (ElementType)(-1), [4]),
        ["view with a negative stride"] = () => _ = new TensorView(_storage, ElementType.Float32, [4], [-1], 3),
        ["view with a negative offset"] = () => _ = new TensorView(_storage, ElementType.Float32, [1], [1], -1),
        ["view with too few strides"] = () => _ = new TensorView(_storage, ElementType.Float32, [2, 2], [1]),
        ["view that leaves its storage"] = () => _ = new TensorView(_storage, ElementType.Float32, [2, 2], [3, 1]),
        ["view of parts of bytes"] = () => _ = new TensorView(_storage, ElementType.Float6E2M3, [3]),
        ["strided too large"] = () => _floats.View.AsStrided([5], [1], 0),
        ["strided with a negative offset"] = () => _floats.View.AsStrided([1], [1], -1),
        ["strided with too few strides"] = () => _floats.View.AsStrided([1, 1], [1], 0),
        ["read of too much"] = () => _floats.View.ReadBytes(new byte[17]),
        ["read of a part of an element"] = () => _floats.View.ReadBytes(new byte[3]),
        ["read before the start"] = () => _floats.View.ReadBytes(new byte[4], -4),
        ["read of another type"] = () => _floats.View.ToArray<double>(),
        ["span of another type"] = () => _floats.View.ReadSpan<double>(),
        ["span in place of another type"] = () => _floats.View.TryGetSpan<double>(out _),
        ["facts of no type"] = () => ElementTypeInfo.Of(NoType),
        ["facts of a negative type"] = () => ElementTypeInfo.Of((ElementType)(-1)),
        ["type without a name"] = () => _ = ElementTypeInfo.TryParse(null!, out _),
        ["sparse of one dimension of indices"] = () => _ = new PySparseTensor(_row, _floats, [4]),
        ["sparse of a negative size"] = () => _ = new PySparseTensor(_ints, _floats, [-4, 4]),
        ["sparse of null"] = () => _ = new PySparseTensor(null!, _floats, [4, 4]),
        ["compressed as COO"] = () => _ = new PySparseTensor(SparseLayout.Coo, _row, _row, _floats, [3, 4]),
        ["compressed of no layout"] = () => _ = new PySparseTensor((SparseLayout)99, _row, _row, _floats, [3, 4]),
        ["compressed of another shape"] = () => _ = new PySparseTensor(SparseLayout.Csr, _row, _row, _floats, [9, 4]),
        ["quantized of a plain type"] = () => _ = new PyQuantizedTensor(_floats.View, 1, 0, 4),
        ["quantized of another shape"] = () => _ = new PyQuantizedTensor(_quantized, 1, 0, 5),
        ["quantized of a negative size"] = () => _ = new PyQuantizedTensor(TensorView.FromArray(new byte[4], ElementType.QUInt4x2, 4), 1, 0, -8),
        ["quantized along no axis"] = () => _ = new PyQuantizedTensor(_quantized, _floats, _row, 1, 4),
        ["quantized along a negative axis"] = () => _ = new PyQuantizedTensor(_quantized, _floats, _row, -1, 4),
        ["quantized with too few scales"] = () => _ = new PyQuantizedTensor(_quantized, Tensor(ElementType.Float32, new float[3], 3), _row, 0, 4),
        ["nested in a matrix"] = () => _ = new PyNestedTensor(_ints, _ints, _ints, _row),
        ["nested with float offsets"] = () => _ = new PyNestedTensor(_floats, _floats, null),
        ["nested along no dimension"] = () => _ = new PyNestedTensor(_floats, _row, null, 7),
        ["storage value of no type"] = () => _ = new PyStorage(_storage, NoType),
        ["storage value of null"] = () => _ = new PyStorage(null!, null),
        ["tensor of null"] = () => _ = new PyTensor(null!),
        ["record of no kind"] = () => _ = new PyObject((PyObjectKind)99, new PyGlobal("m", "f"), new PyTuple()),
        ["record of null"] = () => _ = new PyObject(PyObjectKind.Call, null!, new PyTuple()),
        ["name of null"] = () => _ = new PyGlobal(null!, "f"),
        ["text of null"] = () => _ = new PyString(null!),
        ["list of null"] = () => _ = new PyList(null!),
        ["save of null"] = () => Checkpoint.Save(null!, Stream.Null),
        ["save to null"] = () => Checkpoint.Save(new PyDict(), (Stream)null!),
        ["save to no path"] = () => Checkpoint.Save(new PyDict(), ""),
        ["save of no kind"] = () => Save(new() { Format = (CheckpointFormat)999 }),
        ["save as no floats"] = () => Save(new() { FloatingPointType = NoType }),
        ["save as integers"] = () => Save(new() { FloatingPointType = ElementType.Int32 }),
        ["save at odd places"] = () => Save(new() { StorageAlignment = 3 }),
        ["save at negative places"] = () => Save(new() { StorageAlignment = -64 }),
        ["save at no places"] = () => Save(new() { StorageAlignment = 0 }),
        ["save with a name of parts"] = () => Save(new() { ArchiveName = "a/b" }),
        ["save with an empty name"] = () => Save(new() { ArchiveName = "" }),
        ["save in files of nothing"] = () => Save(new() { MaxShardSize = 0 }),
        ["save in files of less"] = () => Save(new() { MaxShardSize = -1 }),
        ["save with metadata of null"] = () => Save(new() { Metadata = null! }),
        ["open of null"] = () => Checkpoint.Open((ByteSource)null!),
        ["open of no stream"] = () => Checkpoint.Open((Stream)null!),
        ["open with limits of null"] = () => _ = new ReadOptions { Limits = null! },
        ["open with no way to read a str"] = () => _ = new ReadOptions { Python2Text = (Python2Text)99 },
        ["scan of null"] = () => CheckpointScanner.Scan((ByteSource)null!),
        ["verify of null"] = () => CheckpointVerifier.Verify((ByteSource)null!),
        ["usage of null"] = () => StorageUsage.Of(null!),
    };

    private static void Save(WriteOptions options) => Checkpoint.Save(new PyDict { { "weight", _floats } }, Stream.Null, options);

    private static PyTensor Tensor<T>(ElementType type, T[] elements, params ReadOnlySpan<long> shape)
        where T : unmanaged => new(TensorView.FromArray(elements, type, shape));
}

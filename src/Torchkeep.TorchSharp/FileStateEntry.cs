using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>An entry that is still in a file, with the reader that all entries of one load share.</summary>
internal sealed class FileStateEntry(PyValue given, TensorReader reader) : StateEntry
{
    private readonly PyValue value = (given as PyWrapperTensor)?.Whole ?? given;

    internal override string? NotATensor => value switch
    {
        PyTensor => null,
        PyCompositeTensor => Mismatch.Describe(value),
        _ => $"<class '{PythonClass(value)}'>",
    };

    internal override ReadOnlySpan<long> Shape => View.Shape.AsSpan();

    internal override ScalarType ScalarType => ElementTypeMap.ToScalar(View.ElementType);

    internal override Device Device => reader.DeviceOf(View);

    internal override string? Problem =>
        View.Storage.Location == "meta" ? "Cannot copy out of meta tensor; no data!"
        : ElementTypeMap.TryToScalar(View.ElementType, out _) ? null
        : $"TorchSharp has no tensor of {ElementTypeInfo.Of(View.ElementType)}";

    internal PyTensor Tensor => (PyTensor)value;

    private TensorView View => Tensor.View;

    internal override void Verify() => View.Verify();

    internal override object Memory => View.Storage;

    internal override void CopyTo(Tensor destination) => TensorCopier.Copy(ViewFor(destination), destination);

    internal override Action? DirectCopyTo(Tensor destination)
    {
        if (!TensorCopier.IsDirect(View, destination))
        {
            return null;
        }

        var (view, start) = (ViewFor(destination), Native.Data(destination));
        return () => TensorReader.Fill(start, view);
    }

    internal override TensorView? StagedCopyTo(Tensor destination) => TensorCopier.IsSameLayout(View, destination) ? ViewFor(destination) : null;

    // The only shapes that differ are [1] and []: files of PyTorch 0.3 have no 0-dim tensors.
    private TensorView ViewFor(Tensor destination) =>
        View.Shape.Length == destination.dim() ? View : View.AsStrided([], [], View.StorageOffset);

    /// <summary>What Python's <c>type()</c> would name.</summary>
    internal static string PythonClass(PyValue value) => value switch
    {
        PyTensor { IsParameter: true } or PyCompositeTensor { IsParameter: true } => "torch.nn.parameter.Parameter",
        PyTensor or PyCompositeTensor => "torch.Tensor",
        PyDict { IsOrdered: true } => "collections.OrderedDict",
        PyStorage => "torch.storage.TypedStorage",

        // A function that makes an object of the class that it is given first: numpy's, and copyreg's for all that have no function of their own.
        PyObject { Callable: PyGlobal { Name: "_reconstruct" or "_reconstructor" }, Arguments.Items: [PyGlobal made, ..] } => made.ToString(),
        PyObject record => record.ClassName,
        PyGlobal { Module: "torch" } global when ElementTypeInfo.TryParse(global.Name, out _) => "torch.dtype",
        PyGlobal => "type",
        _ => value.TypeName,
    };

    internal override Tensor ToTensor() => reader.Read(Tensor);
}

using System.Collections.Immutable;
using Torchkeep.Tensors;

namespace Torchkeep;

/// <summary>
/// A tensor of a wrapper subclass: a class of its own with a shape and a dtype, whose elements are in the tensors among
/// its attributes, as DTensor has them (torch/_utils.py, <c>_rebuild_wrapper_subclass</c>). Only files hold them.
/// </summary>
public sealed class PyWrapperTensor : PyCompositeTensor
{
    internal PyWrapperTensor(PyGlobal subclass, PyTuple arguments, ElementType? elementType, ImmutableArray<long> shape, string layout, string location)
    {
        (Arguments, ElementType, Shape, Layout, Location) = (arguments, elementType, shape, layout, location);
        Subclass = subclass;
    }

    /// <summary>The sizes of the dimensions that it shows.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>PyTorch's device tag.</summary>
    public string Location { get; }

    /// <inheritdoc/>
    public override ElementType? ElementType { get; }

    /// <inheritdoc/>
    public override string Layout { get; }

    /// <summary>
    /// The tensor that has all of its elements: of a DTensor the local one, where that is of the whole shape, as when it is
    /// replicated or the run had one process. Null where this file has one process's part, or a partial sum, or it is of
    /// another class. A DTensor keeps the local tensor as <c>_local_tensor</c> (torch/distributed/tensor/_api.py).
    /// </summary>
    public PyTensor? Whole => Local is { } local && local.View.Shape.SequenceEqual(Shape) && !IsPartialSum ? local : null;

    /// <summary>None: they are among the attributes, in <see cref="PyCompositeTensor.State"/>.</summary>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts => [];

    /// <summary>What the call had, which a save writes again.</summary>
    internal PyTuple Arguments { get; }

    private PyTensor? Local => Subclass is { Name: "DTensor" } ? Find(State, "_local_tensor") as PyTensor : null;

    // A mesh of processes, in which each has a summand (torch/distributed/tensor/placement_types.py, Partial).
    private bool IsPartialSum => Find(State, "_spec") is PyObject spec
        && Find(spec.State, "placements") is PyTuple placements
        && placements.Items.Any(placement => placement is PyObject { Callable: PyGlobal { Name: "Partial" or "_Partial" or "_NormPartial" or "_MaskPartial" } });

    /// <summary>Class, dtype and shape; of a DTensor of which a part is here, that part's.</summary>
    public override string ToString() =>
        $"{TypeName} {(ElementType is { } type ? ElementTypeInfo.Of(type).ToString() : "of no known dtype")} {TensorLayout.Format(Shape.AsSpan())}"
        + (Local is not { } local ? "" : Whole is not null ? ", whole" : $", of which this file has one process's part {TensorLayout.Format(local.View.Shape.AsSpan())}");

    private static PyValue? Find(PyValue? state, string name)
    {
        foreach (var attributes in state is PyTuple pair ? pair.Items.OfType<PyDict>() : state is PyDict dict ? [dict] : [])
        {
            if (attributes.TryGet(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    internal override IEnumerable<PyValue> Made => [Arguments];

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PyWrapperTensor(subclass ?? Subclass!, Arguments, ElementType, Shape, Layout, Location)
        {
            RequiresGrad = requiresGrad,
            IsParameter = isParameter,
            State = state,
        };
}

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

    /// <summary>None: they are among the attributes, in <see cref="PyCompositeTensor.State"/>.</summary>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts => [];

    /// <summary>What the call had, which a save writes again.</summary>
    internal PyTuple Arguments { get; }

    /// <summary>Class, dtype and shape.</summary>
    public override string ToString() =>
        $"{TypeName} {(ElementType is { } type ? ElementTypeInfo.Of(type).ToString() : "of no known dtype")} {TensorLayout.Format(Shape.AsSpan())}";

    internal override IEnumerable<PyValue> Made => [Arguments];

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PyWrapperTensor(subclass ?? Subclass!, Arguments, ElementType, Shape, Layout, Location)
        {
            RequiresGrad = requiresGrad,
            IsParameter = isParameter,
            State = state,
        };
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Torchkeep.Torch.Rebuild;

/// <summary>What the calls have in common: sizes, dtypes, layouts, devices.</summary>
internal static class RebuildArguments
{
    // A tuple since 0.1, but readers accept lists and torch.Size, which is a record of a tuple.
    internal static ImmutableArray<long> Numbers(PyValue value)
    {
        var items = (value is PyObject { ClassName: "torch.Size", Arguments.Items: [var sizes] } ? sizes : value) switch
        {
            PyTuple tuple => tuple.Items.AsSpan(),
            PyList list => CollectionsMarshal.AsSpan(list.Items),
            _ => throw new InvalidCheckpointException($"a size or stride must be a tuple of ints, found {value.TypeName}"),
        };
        var numbers = new long[items.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Int64(items[i]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }

    /// <summary>Makes a tensor of parts that a file gives. Its constructor takes what does not fit together for a mistake of a caller.</summary>
    internal static T Make<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error) when (error is not ArgumentNullException)
        {
            throw new InvalidCheckpointException(error.Message, error);
        }
    }

    internal static long Int64(PyValue value) => value is PyInt number && number.TryGetInt64(out var result)
        ? result
        : throw new InvalidCheckpointException($"a size, stride or offset must be an int of 64 bits, found {value.TypeName} {value.Brief}");

    internal static ElementType ElementTypeOf(PyValue dtype)
    {
        if (!TryGetElementType(dtype, out var type))
        {
            TorchThrow.UnknownElementType(dtype);
        }

        return type;
    }

    internal static bool TryGetElementType(PyValue dtype, out ElementType type)
    {
        type = default;
        if (dtype is not PyGlobal { Module: "torch" } name || !ElementTypeInfo.TryParse(name.Name, out var info) || !info!.IsTorchType)
        {
            return false;
        }

        type = info.Type;
        return true;
    }

    /// <summary>The name of a layout, which is a call with the name; or null.</summary>
    internal static string? LayoutOf(PyValue layout) => layout switch
    {
        PyObject { Callable: PyGlobal callable, Arguments.Items: [PyString name] } when callable.Equals(TorchNames.GetLayout) => name.Value,
        PyGlobal { Module: "torch" } name => name.ToString(),
        _ => null,
    };

    /// <summary>The tag of a device, which is a call with a name and perhaps a number, or a text; or null.</summary>
    internal static string? DeviceOf(PyValue device) => device switch
    {
        PyString text => text.Value,
        PyObject { Callable: PyGlobal callable, Arguments.Items: [PyString name, .. var rest] } when callable.Equals(TorchNames.Device) && rest.Length <= 1 =>
            rest is [PyInt index] ? $"{name.Value}:{index}" : name.Value,
        _ => null,
    };
}

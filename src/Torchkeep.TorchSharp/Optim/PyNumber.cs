using TorchSharp;

namespace Torchkeep;

/// <summary>Numbers out of a checkpoint's values: Python's, tensors of one element, or NumPy's, which PyTorch takes for a learning rate too.</summary>
internal static class PyNumber
{
    private static readonly Func<PyValue, PyValue>[] _scalars = [value => value.AsBoolean(), value => value.AsInt64(), value => value.AsDouble()];

    /// <exception cref="FormatException">It is no number; the message says what it is.</exception>
    internal static double Of(PyValue value) => WithoutNumpy(value) switch
    {
        PyFloat number => number.Value,
        PyInt number => (double)number.Value,
        PyTensor { View.ElementCount: 1 } tensor => Read(tensor.View),
        _ => throw new FormatException($"expected a number, found {Describe(value)}"),
    };

    /// <exception cref="FormatException">It is no whole number that can be counted to; the message says what it is.</exception>
    internal static long CountOf(PyValue value)
    {
        var number = Of(value);
        return number is >= 0 and <= 1L << 53 && double.IsInteger(number)
            ? (long)number
            : throw new FormatException($"expected a count, found {new PyFloat(number)}");
    }

    /// <exception cref="FormatException">It is no bool; the message says what it is.</exception>
    internal static bool FlagOf(PyValue value) => WithoutNumpy(value) switch
    {
        PyBool flag => flag.Value,
        PyInt { Value: var number } when number.IsZero || number.IsOne => number.IsOne,
        _ => throw new FormatException($"expected a bool, found {Describe(value)}"),
    };

    /// <summary>A number of NumPy's as Python's, and any other value as it is.</summary>
    internal static PyValue WithoutNumpy(PyValue value)
    {
        foreach (var read in value is PyObject ? _scalars : [])
        {
            try
            {
                return read(value);
            }
            catch (InvalidOperationException)
            {
                // It is another kind of number, or none.
            }
        }

        return value;
    }

    /// <summary>A value in a message.</summary>
    internal static string Describe(PyValue value) => value is PyBool or PyInt or PyFloat or PyString or PyNone or PyTuple ? $"{value}" : $"a {value.TypeName}";

    private static double Read(TensorView view)
    {
        if (!ElementTypeMap.TryToScalar(view.ElementType, out var scalar) || torch.is_complex(scalar) || view.Storage.Location == "meta")
        {
            throw new FormatException($"expected a number, found a tensor of {ElementTypeInfo.Of(view.ElementType)} on {view.Storage.Location}");
        }

        using var noGradients = torch.no_grad();
        using var number = torch.empty([], dtype: torch.float64, device: torch.CPU);
        TensorCopier.Copy(view.AsStrided([], [], view.StorageOffset), number);
        return number.ToDouble();
    }
}

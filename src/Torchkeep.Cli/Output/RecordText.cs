namespace Torchkeep.Cli.Output;

/// <summary>Records in a line: plain data as the value that it is, and others that are short by what they are made of.</summary>
internal static class RecordText
{
    private const int MaxLine = 400;
    private const string Unknown = "object ";

    /// <summary>The line of a record that is one value, under which nothing is listed; else null.</summary>
    internal static string? Line(PyEntry entry)
    {
        if (entry.Value is not PyObject record || Whole(entry, record, MaxLine) is not { } text)
        {
            return null;
        }

        text = TextCut.Start(text, MaxLine);
        return SafeText.Escape(record.TypeName.StartsWith(Unknown, StringComparison.Ordinal) ? $"{text} (a record of {record.TypeName[Unknown.Length..]}, not made)" : text);
    }

    /// <summary>The repr of a record that is one value; else null.</summary>
    internal static string? Whole(PyEntry entry, PyObject record, int maxLength)
    {
        if (ArrayOf(record) is { Items: null })
        {
            return record.ToPython(maxLength);
        }

        if (!record.TypeName.StartsWith(Unknown, StringComparison.Ordinal))
        {
            // Many entries are easier to read one a line.
            return record.Repr is { } repr && (repr.Length <= MaxLine || !IsContainer(record)) ? repr : null;
        }

        return entry.Depth > 0 && !IsModule(record) && record.TryToPython(MaxLine, out var text) ? text : null;
    }

    /// <summary>The array or scalar of NumPy that a record is; else null.</summary>
    internal static NumpyArray? ArrayOf(PyObject record)
    {
        try
        {
            return record.TypeName.StartsWith("numpy.", StringComparison.Ordinal) && record.TypeName != "numpy.dtype" ? record.AsNumpy() : null;
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidCheckpointException)
        {
            // The record is no such data, whatever its name.
            return null;
        }
    }

    /// <summary>How many entries a container has; of any other record how many arguments.</summary>
    internal static int CountOf(PyObject record)
    {
        try
        {
            return record.TypeName switch
            {
                "collections.Counter" or "collections.defaultdict" => record.AsDict().Count,
                "collections.deque" or "torch.Size" => record.AsItems().Count,
                "argparse.Namespace" or "types.SimpleNamespace" => record.AsAttributes().Count,
                _ => record.Arguments.Items.Length,
            };
        }
        catch (InvalidOperationException)
        {
            return record.Arguments.Items.Length;
        }
    }

    /// <summary>Whether a record is a container of Python's, which has a number of entries.</summary>
    internal static bool IsContainer(PyObject record) =>
        record.TypeName is "collections.Counter" or "collections.defaultdict" or "collections.deque" or "torch.Size" or "argparse.Namespace" or "types.SimpleNamespace";

    /// <summary>What is said of a record that is a tree.</summary>
    internal static string Describe(PyObject record, int maxLength)
    {
        var name = TextCut.Start(record.TypeName, maxLength);
        if (!IsContainer(record))
        {
            return $"{name} (a record, not made)";
        }

        var limit = record.TypeName == "collections.deque" && record.Arguments.Items is [_, PyInt length] ? $", maxlen {length}" : "";
        return $"{name} of {Quantity.Number(CountOf(record))}{limit}";
    }

    /// <summary>Whether an entry is an argument of a deque that is no entry of it: nothing, and the most that it keeps.</summary>
    internal static bool IsPartOfDeque(PyEntry entry) =>
        entry is { Value: PyTuple { Items: [] } or PyInt, Parent.Value: PyObject { TypeName: "collections.deque" } } && entry.Step.StartsWith("(arg", StringComparison.Ordinal);

    // Of a module the tree is what one looks for, however little it has; TorchScript has classes of its own.
    private static bool IsModule(PyObject record) =>
        record.ClassName.StartsWith("__torch__.", StringComparison.Ordinal)
        || (record.State is PyDict state && (state.TryGet("training", out _) || state.TryGet("_modules", out _) || state.TryGet("_parameters", out _)));
}

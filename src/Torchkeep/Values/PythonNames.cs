namespace Torchkeep.Values;

/// <summary>One spelling for the names of plain data, whatever version of Python or NumPy wrote them.</summary>
internal static class PythonNames
{
    // Python 2's names (Lib/_compat_pickle.py), NumPy's before 2.0, and where Python 3.13 kept its paths.
    private static readonly (string Old, string New)[] _renamed =
    [
        ("__builtin__.xrange", "builtins.range"),
        ("__builtin__.long", "builtins.int"),
        ("__builtin__.unicode", "builtins.str"),
        ("__builtin__.", "builtins."),
        ("copy_reg.", "copyreg."),
        ("numpy.core.", "numpy._core."),
        ("pathlib._local.", "pathlib."),
    ];

    /// <summary>The name of what a record calls or is an object of, or null where a call would have yielded it.</summary>
    internal static string? Of(PyObject record)
    {
        // How protocols before 4 name the method of a class.
        if (record.Callable is PyObject { Callable: PyGlobal { Name: "getattr" }, Arguments.Items: [PyGlobal owner, PyString method] })
        {
            return $"{Of(owner)}.{method.Value}";
        }

        if (record.Callable is not PyGlobal global)
        {
            return null;
        }

        // How protocols 0 and 1 spell object.__new__(cls).
        var name = Of(global);
        return name == "copyreg._reconstructor" && record.Arguments.Items is [PyGlobal type, PyGlobal { Name: "object" }, PyNone] ? Of(type) : name;
    }

    internal static string Of(PyGlobal global)
    {
        var name = global.ToString();
        foreach (var (old, renamed) in _renamed)
        {
            if (name.StartsWith(old, StringComparison.Ordinal))
            {
                return renamed + name[old.Length..];
            }
        }

        return name;
    }

    /// <summary>Text, also where Python 2 wrote bytes; or null.</summary>
    internal static string? Text(PyValue value) => value switch
    {
        PyString text => text.Value,
        PyBytes bytes => System.Text.Encoding.Latin1.GetString(bytes.Value.Span),
        _ => null,
    };

    /// <summary>Bytes, also where Python 2 wrote text; or null.</summary>
    internal static ReadOnlyMemory<byte>? Bytes(PyValue value) => value switch
    {
        // A bare null would be the memory of a null array: empty, and there.
        PyBytes bytes => (ReadOnlyMemory<byte>?)bytes.Value,
        PyString { Raw: { } raw } => raw,
        PyString text when text.Value.All(c => c <= 0xff) => System.Text.Encoding.Latin1.GetBytes(text.Value),
        _ => null,
    };
}

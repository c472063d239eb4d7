namespace Torchkeep.Values;

/// <summary>Paths of pathlib: one text since Python 3.12, and one for each part before.</summary>
internal static class PythonPaths
{
    internal static string? Of(PyValue value)
    {
        if (value is not PyObject record || PythonNames.Of(record) is not { } name || !name.StartsWith("pathlib.", StringComparison.Ordinal)
            || !name.EndsWith("Path", StringComparison.Ordinal) || !record.Arguments.Items.All(part => part is PyString))
        {
            return null;
        }

        var separator = name.Contains("Windows", StringComparison.Ordinal) ? '\\' : '/';
        var parts = record.Arguments.Items.Select(part => part.AsString()).Where(part => part.Length > 0).ToList();
        if (parts.Count == 0)
        {
            return ".";
        }

        // The first part may be a root, which ends with a separator.
        var rest = string.Join(separator, parts.Skip(1));
        return rest.Length == 0 ? parts[0] : parts[0].EndsWith(separator) ? parts[0] + rest : $"{parts[0]}{separator}{rest}";
    }
}

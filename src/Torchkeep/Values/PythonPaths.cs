namespace Torchkeep.Values;

/// <summary>Paths of pathlib: one text since Python 3.12, and one for each part before.</summary>
internal static class PythonPaths
{
    internal static bool IsClass(string name) =>
        name is "pathlib.Path" or "pathlib.PurePath" or "pathlib.PosixPath" or "pathlib.PurePosixPath" or "pathlib.WindowsPath" or "pathlib.PureWindowsPath";

    internal static string? Of(PyValue value)
    {
        if (value is not PyObject record || PythonNames.Of(record) is not { } name || !IsClass(name) || !record.Arguments.Items.All(part => part is PyString))
        {
            return null;
        }

        var isWindows = name.Contains("Windows", StringComparison.Ordinal);
        var path = "";
        foreach (var part in record.Arguments.Items.Select(part => isWindows ? part.AsString().Replace('/', '\\') : part.AsString()))
        {
            var separator = path.EndsWith(isWindows ? '\\' : '/') ? "" : isWindows ? "\\" : "/";
            path = path.Length == 0 || Root(part, isWindows) > 0 ? part : $"{path}{separator}{part}";
        }

        return Normalize(path, isWindows);
    }

    // Python leaves out what leads nowhere, and keeps "..".
    private static string Normalize(string path, bool isWindows)
    {
        var separator = isWindows ? '\\' : '/';
        var root = Root(path, isWindows);
        var rest = string.Join(separator, path[root..].Split(separator).Where(part => part is not ("" or ".")));
        var start = path[..root];
        if (!isWindows && start.Length > 0)
        {
            // Two slashes mean something of their own to POSIX, more of them one.
            start = start.Length == 2 ? "//" : "/";
        }

        return start.Length + rest.Length == 0 ? "." : start + rest;
    }

    // The length of the root: the slashes; a drive, and the separators behind it; a share.
    private static int Root(string path, bool isWindows)
    {
        var start = isWindows && path.Length > 1 && path[1] == ':' ? 2 : 0;
        if (isWindows && path.StartsWith(@"\\", StringComparison.Ordinal))
        {
            var share = path.IndexOf('\\', 2) is >= 0 and var host ? path.IndexOf('\\', host + 1) : -1;
            return share < 0 ? path.Length : share + 1;
        }

        var end = start;
        while (end < path.Length && path[end] == (isWindows ? '\\' : '/'))
        {
            end++;
        }

        return isWindows && end > start ? start + 1 : end;
    }
}

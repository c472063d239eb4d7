using System.Collections.Frozen;

namespace Torchkeep.Torch.Risks;

/// <summary>
/// Whether a name is dangerous, or leads to one that is. The module is imported under its own path, where a part says
/// nothing: <c>scipy.signal</c> is not <c>signal</c>. The name is followed from attribute to attribute, also through what a
/// module has imported: <c>torch.serialization</c>, <c>pickle.loads</c>.
/// </summary>
internal static class DangerousNames
{
    private static readonly FrozenDictionary<string, string?> _rows = DangerousPython.Groups
        .Concat(DangerousTorch.Groups)
        .Concat(DangerousLibraries.Groups)
        .SelectMany(group => group.Names.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Select(name => KeyValuePair.Create(name, group.Reason)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    // Packages that put modules of others, or older names of them, under paths of their own: six.moves.cPickle.
    private static readonly FrozenSet<string> _packages =
    [
        "torch", "torchvision", "numpy", "scipy", "pandas", "sklearn", "joblib", "transformers", "six", "future", "past", "pkg_resources", "setuptools",
    ];

    // What is never anything else in such a path.
    private static readonly FrozenSet<string> _packed =
    [
        "os", "posix", "nt", "sys", "subprocess", "builtins", "__builtin__", "pickle", "_pickle", "cPickle", "cloudpickle", "dill", "marshal", "shutil",
        "importlib", "ctypes", "socket", "requests", "urllib", "runpy", "joblib", "imp", "_thread",
    ];

    private static readonly FrozenDictionary<string, string> _shortNames = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["np"] = "numpy",
        ["pd"] = "pandas",
        ["__builtin__"] = "builtins",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All rows, for tests.</summary>
    internal static IReadOnlyDictionary<string, string?> Rows => _rows;

    // More parts than any row has, and more than any name of a class in a class.
    private static readonly int _rowParts = _rows.Keys.Max(row => row.Count(letter => letter == '.')) + 1;
    private const int MaxParts = 32;

    /// <summary>Why a name is dangerous, or null.</summary>
    internal static string? ReasonOf(PyGlobal name)
    {
        if (Find(name.ToString(), name.Module.Length) is { } row)
        {
            return row.Reason;
        }

        var parts = name.Name.Split('.', MaxParts + 1);
        if (parts.Length > MaxParts)
        {
            return DangerReasons.Reaches;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            // Every module has __builtins__, every function __globals__, every object __class__ and __reduce_ex__.
            if (parts[i] is ['_', '_', .., '_', '_'])
            {
                return DangerReasons.Reaches;
            }

            if (FindImported(parts.AsSpan(i), mayBeSubmodule: i == 0 && !name.Module.Contains('.', StringComparison.Ordinal)) is { } reason)
            {
                return reason;
            }
        }

        return FindPacked(name);
    }

    // What a module has imported stands in it under its own name, or with an underscore before it.
    private static string? FindImported(ReadOnlySpan<string> parts, bool mayBeSubmodule)
    {
        var first = parts[0];
        if (!_rows.ContainsKey(first) && first is ['_', .. var bare] && _rows.ContainsKey(bare))
        {
            first = bare;
        }

        first = _shortNames.GetValueOrDefault(first, first);
        var row = Find(string.Join('.', [first, .. parts[1..]]), moduleLength: 0);
        var isAnothers = row is { } found && PythonHomonyms.Contains(found.Name)
            && (mayBeSubmodule || parts.Length == 1 || !PythonHomonyms.IsPythons(found.Name, parts[1], isInSubmodule: false));
        return isAnothers ? null : row?.Reason;
    }

    private static string? FindPacked(PyGlobal name)
    {
        var modules = name.Module.Split('.', MaxParts);
        return _packages.Contains(modules[0]) && Array.FindIndex(modules, 1, _packed.Contains) is > 0 and var at
            ? Find(string.Join('.', [.. modules[at..], name.Name]), moduleLength: 0)?.Reason
            : null;
    }

    // The longest row: a name, its module, or what that lies in.
    private static (string Name, string? Reason)? Find(string path, int moduleLength)
    {
        Span<int> ends = stackalloc int[_rowParts];
        var count = 0;
        for (var end = -1; count < ends.Length && end < path.Length; count++)
        {
            var next = path.IndexOf('.', end + 1);
            ends[count] = end = next < 0 ? path.Length : next;
        }

        while (count-- > 0)
        {
            var row = path[..ends[count]];
            if (_rows.TryGetValue(row, out var reason))
            {
                var isAnothers = row.Length < path.Length && moduleLength > 0 && PythonHomonyms.Contains(row)
                    && !PythonHomonyms.IsPythons(row, path.AsSpan(row.Length + 1), isInSubmodule: row.Length < moduleLength);
                return isAnothers ? null : (row, reason);
            }
        }

        return null;
    }
}

namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>
/// The PyTorches to compare with: the two that eng/install-pytorch installs, and whichever Python TORCHKEEP_PYTHON names,
/// beside them or instead of them.
/// </summary>
internal static class Interpreters
{
    internal const string Old = "1.13";
    internal const string Newest = "newest";
    internal const string Given = "given";

    private static readonly Dictionary<string, string> _installed = ReadInstalled();

    /// <summary>The names that theories run over; one that is missing makes its tests skip or fail, and so is listed too.</summary>
    internal static IEnumerable<string> Names { get; } =
        Find(Given) is null ? [Old, Newest] : [.. new[] { Old, Newest, Given }.Where(name => Find(name) is not null)];

    /// <summary>The same for a theory.</summary>
    public static TheoryData<string> Theory => [.. Names];

    /// <summary>Whether tests without PyTorch fail rather than skip.</summary>
    internal static bool AreRequired =>
        Environment.GetEnvironmentVariable("TORCHKEEP_REQUIRE_PYTORCH") is "1"
        || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    internal static Interpreter? Find(string name) => name switch
    {
        Old => Setting("TORCHKEEP_PYTHON_OLD") is { } python && File.Exists(python) ? new(name, python, Root: null) : null,
        Newest => Setting("TORCHKEEP_SID_ROOT") is { } root && File.Exists(Path.Combine(root, "usr/bin/python3"))
            ? new(name, Path.Combine(Repository.Root, "eng/python-newest"), root)
            : null,
        Given => Environment.GetEnvironmentVariable("TORCHKEEP_PYTHON") is { Length: > 0 } python ? new(name, python, Root: null) : null,
        _ => throw new ArgumentException($"there is no interpreter '{name}'"),
    };

    private static string? Setting(string name) =>
        (Environment.GetEnvironmentVariable(name) ?? _installed.GetValueOrDefault(name)) is { Length: > 0 } value ? value : null;

    private static Dictionary<string, string> ReadInstalled()
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var file = Path.Combine(Environment.GetEnvironmentVariable("TORCHKEEP_CACHE") ?? Path.Combine(caches, "torchkeep"), "env");
        return File.Exists(file)
            ? File.ReadLines(file).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1])
            : [];
    }
}

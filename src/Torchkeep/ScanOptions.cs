using Torchkeep.Torch.Risks;

namespace Torchkeep;

/// <summary>What a scan may ask for, and what it may take for granted.</summary>
public sealed record ScanOptions
{
    /// <summary>The defaults.</summary>
    public static ScanOptions Default { get; } = new();

    /// <summary>What a file may ask for. What passes one is a finding.</summary>
    public ReadLimits Limits { get; init; } = ReadLimits.Default;

    /// <summary>
    /// Names that are trusted: <c>models.Net</c> is that name; <c>models.*</c> is every name in the module <c>models</c> and
    /// in modules below it, but for names with a dot in them, which may lead out of it. A dangerous name is allowed by its full
    /// name alone, never by a prefix. What is allowed becomes a note, <c>allowed-global</c>, and changes nothing else. The
    /// names of Python 2 are given as those of Python 3: <c>builtins.getattr</c>.
    /// </summary>
    /// <exception cref="ArgumentException">One of them is neither.</exception>
    public IReadOnlyList<string> AllowedGlobals
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _ = new AllowedNames(value);
            field = value;
        }
    }
    = [];
}

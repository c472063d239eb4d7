namespace Torchkeep.Cli;

/// <summary>How the command ends; docs/cli.md lists them too.</summary>
internal static class ExitCodes
{
    internal const int Fine = 0;

    /// <summary>A file is damaged, or has something in it that stands out.</summary>
    internal const int Found = 1;

    /// <summary>The file cannot be read, or the output cannot be written.</summary>
    internal const int Unreadable = 2;

    /// <summary>The arguments make no sense: EX_USAGE of sysexits.h.</summary>
    internal const int Usage = 64;

    /// <summary>A signal ended it, whose number is added: the shells' own code.</summary>
    internal const int Signal = 128;
}

namespace Torchkeep.Cli.Output.Scan;

/// <summary>What levels, risks and uses are called in output; SARIF fixes the levels.</summary>
internal static class ScanWords
{
    internal static string Of(ScanLevel level) => level switch
    {
        ScanLevel.Note => "note",
        ScanLevel.Warning => "warning",
        _ => "error",
    };

    internal static string Of(GlobalRisk risk) => risk switch
    {
        GlobalRisk.Harmless => "harmless",
        GlobalRisk.Unknown => "unknown",
        _ => "dangerous",
    };

    internal static string Of(GlobalUse use) => use switch
    {
        GlobalUse.Imported => "imported",
        GlobalUse.Called => "called",
        _ => "instantiated",
    };
}

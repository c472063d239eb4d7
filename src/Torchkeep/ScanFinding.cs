namespace Torchkeep;

/// <summary>One thing in a file that a scan calls attention to.</summary>
/// <param name="Rule">What kind of thing.</param>
/// <param name="Message">What, in a sentence without the place.</param>
/// <param name="Record">The record inside the file, with <c> > </c> before what lies in it; or null for the file itself.</param>
/// <param name="Offset">The byte: inside <paramref name="Record"/> if that is set, else inside the file; or null.</param>
public sealed record ScanFinding(ScanRule Rule, string Message, string? Record, long? Offset)
{
    /// <summary>What, in a sentence without the place. Text of the file is escaped (<see cref="SafeText.Escape"/>).</summary>
    public string Message { get; init => field = SafeText.Escape(value); } = SafeText.Escape(Message);
}

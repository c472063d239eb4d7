namespace Torchkeep;

/// <summary>One thing that is wrong with a file.</summary>
/// <param name="Problem">What, in a sentence without the place.</param>
/// <param name="Record">The record inside the file, or null.</param>
/// <param name="Offset">The byte: inside <paramref name="Record"/> if that is set, else inside the file; or null.</param>
/// <param name="Tensors">Names of the tensors whose elements lie there, as far as the file still says.</param>
public sealed record VerificationFault(string Problem, string? Record, long? Offset, IReadOnlyList<string> Tensors)
{
    /// <summary>What, in a sentence without the place. Text of the file is escaped (<see cref="SafeText.Escape"/>).</summary>
    public string Problem { get; init => field = SafeText.Escape(value); } = SafeText.Escape(Problem);
}

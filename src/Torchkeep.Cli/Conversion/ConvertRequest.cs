namespace Torchkeep.Cli.Conversion;

/// <summary>What <c>torchkeep convert</c> is asked for.</summary>
/// <param name="Input">The file that is read.</param>
/// <param name="Output">The file that is written.</param>
/// <param name="Options">How it is written.</param>
/// <param name="Part">The way to the dictionary that is written, or null for the whole object.</param>
/// <param name="Select">Which of its names; empty for all.</param>
/// <param name="Rename">What becomes of them.</param>
/// <param name="Index">Which of several checkpoints in the file, from 1 on, or null for the only one.</param>
internal sealed record ConvertRequest(
    string Input, string Output, WriteOptions Options, string? Part, IReadOnlyList<NamePattern> Select, IReadOnlyList<RenameRule> Rename, int? Index);

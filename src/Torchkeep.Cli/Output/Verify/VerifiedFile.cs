namespace Torchkeep.Cli.Output.Verify;

/// <summary>What was found in a file that can be read at all.</summary>
/// <param name="Report">Its faults.</param>
/// <param name="Values">Of each tensor with NaN or infinity how many, or null where nobody asked or the file is damaged.</param>
internal sealed record VerifiedFile(VerificationReport Report, IReadOnlyList<OddValues>? Values)
{
    internal static VerifiedFile Of(InputFile input, bool withValues, Terminal terminal)
    {
        var report = input.Verify();
        if (!withValues || !report.IsWhole)
        {
            return new(report, null);
        }

        List<OddValues> values = [];
        foreach (var checkpoint in input.OpenAll())
        {
            using (checkpoint)
            {
                SizeNote.Write(terminal, input, checkpoint, OddValues.BytesIn(checkpoint), "of tensors are read");
                values.AddRange(OddValues.In(checkpoint));
            }
        }

        return new(report, values);
    }
}

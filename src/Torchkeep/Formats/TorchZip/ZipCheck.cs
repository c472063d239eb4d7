using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>Which of an archive's oddities are damage. Bytes between records are none: no reader looks at them.</summary>
internal static class ZipCheck
{
    internal static void Run(ContainerCheck check)
    {
        var listing = ZipDirectory.ReadAsync(check.Source, check.Limits, async: false, check.CancellationToken).Complete().Listing;
        var audit = new ZipAudit(check.Source, check.Limits, Take, check.CancellationToken);
        audit.Run(listing);
        check.UncheckedBytes = audit.UncheckedBytes;

        void Take(ZipAnomaly anomaly, string problem, string? record, long? offset)
        {
            if (anomaly is ZipAnomaly.HeadersDisagree or ZipAnomaly.WrongBytes or ZipAnomaly.Overlap)
            {
                check.Add(problem, record);
            }
        }
    }
}

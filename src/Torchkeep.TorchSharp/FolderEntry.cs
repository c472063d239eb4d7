using System.Globalization;

namespace Torchkeep;

/// <summary>A file of a <see cref="CheckpointFolder"/>: all that is known of it is in its name.</summary>
internal sealed record FolderEntry(string Path, long Step, double? Metric)
{
    private const string Extension = ".pt";
    private const string MetricMark = "-metric=";
    private const string StepFormat = "D9";

    internal static string FileName(string prefix, long step, double? metric) =>
        $"{Start(prefix)}{step.ToString(StepFormat, CultureInfo.InvariantCulture)}{(metric is null ? "" : MetricMark + metric.Value.ToString("R", CultureInfo.InvariantCulture))}{Extension}";

    /// <summary>Whether a file is such; any other in the folder is none of ours.</summary>
    internal static FolderEntry? Parse(string prefix, string path)
    {
        var name = System.IO.Path.GetFileName(path);
        if (!name.StartsWith(Start(prefix), StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        double? metric = null;
        var parts = name[Start(prefix).Length..^Extension.Length].Split(MetricMark);
        if (parts.Length > 1)
        {
            if (!double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            metric = number;
        }

        // Only the name that a save gives: another spelling of the same number would be someone else's file.
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step) && FileName(prefix, step, metric) == name
            ? new(path, step, metric)
            : null;
    }

    private static string Start(string prefix) => $"{prefix}-";
}

namespace Torchkeep.Formats;

/// <summary>A container kind that can be written too.</summary>
internal interface IFormatWriter
{
    /// <summary>Writes a whole file front to back.</summary>
    /// <param name="job">What.</param>
    /// <param name="stream">Where, from its position on.</param>
    /// <param name="path">The file's path, or null for a stream.</param>
    ValueTask WriteAsync(SaveJob job, Stream stream, string? path);
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Formats.TorchZip;

/// <summary>What can be wrong with an archive.</summary>
internal static class TorchZipThrow
{
    [DoesNotReturn, StackTraceHidden]
    internal static void NoDirectory(ByteSource source) =>
        throw new InvalidCheckpointException(
            $"the file starts as a zip archive, but its end has no central directory in {source.Length} bytes: it is truncated, or still being written")
        {
            File = source.Name,
            Offset = source.Length,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void BadDirectory(ByteSource source, long offset, string what) =>
        throw new InvalidCheckpointException($"the archive's central directory is broken: {what}") { File = source.Name, Offset = offset };

    [DoesNotReturn, StackTraceHidden]
    internal static void TooManyRecords(ByteSource source, ulong count, long limit) =>
        throw new UnsupportedCheckpointException(
            $"the archive says it has {count} records, over the limit of {limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
        {
            File = source.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void Duplicate(ByteSource source, string first, string second) =>
        throw new InvalidCheckpointException(
            first == second
                ? "the archive has two records of one name, and readers differ in which they take"
                : $"the archive has the record '{first}' too, and PyTorch takes names that differ in case for one")
        {
            File = source.Name,
            Record = second,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void BadRecord(ByteSource source, string record, string what) =>
        throw new InvalidCheckpointException(what) { File = source.Name, Record = record };

    [DoesNotReturn, StackTraceHidden]
    internal static void Overlap(ByteSource source, ZipEntry entry) =>
        throw new InvalidCheckpointException(
            $"the record should have {entry.CompressedSize} bytes after {entry.LocalOffset}, and ends at the latest before {entry.End}, where the next one starts")
        {
            File = source.Name,
            Record = entry.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void SplitArchive(ByteSource source, long offset) =>
        throw new UnsupportedCheckpointException("the archive is one part of several that it was split into: join them first")
        {
            File = source.Name,
            Offset = offset,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void UnsupportedRecord(ByteSource source, string record, string what) =>
        throw new UnsupportedCheckpointException(what) { File = source.Name, Record = record };

    [DoesNotReturn, StackTraceHidden]
    internal static void WrongCrc(ByteSource source, ZipEntry entry, long start, uint found) =>
        throw new InvalidCheckpointException(
            $"the CRC-32 of the record's {entry.Size} bytes at {start} is {found:x8}, and {entry.Crc:x8} was stored with them: they are corrupt "
            + $"({nameof(ReadOptions)}.{nameof(ReadOptions.VerifyChecksums)} = false reads them all the same)")
        {
            File = source.Name,
            Record = entry.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void MissingRecord(ByteSource source, string record) =>
        throw new InvalidCheckpointException("the archive has no such record") { File = source.Name, Record = record };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoPickle(ByteSource source, string what) =>
        throw new InvalidCheckpointException(
            $"this is a zip archive, but no checkpoint of torch.save: {what}")
        {
            File = source.Name,
            IsForeign = true,
        };
}

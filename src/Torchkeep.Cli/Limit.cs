using System.Globalization;
using Torchkeep.Cli.Conversion;

namespace Torchkeep.Cli;

/// <summary>A member of <see cref="ReadLimits"/> as the command calls it.</summary>
/// <param name="Name">The name behind <c>--limit</c>.</param>
/// <param name="Property">The member.</param>
/// <param name="Example">A value, for messages.</param>
/// <param name="Set">Sets it.</param>
internal sealed record Limit(string Name, string Property, string Example, Func<ReadLimits, long, ReadLimits> Set)
{
    /// <summary>All of them; docs/cli.md says what each bounds.</summary>
    internal static readonly Limit[] All =
    [
        new("json", nameof(ReadLimits.MaxJsonBytes), "1GB", (limits, value) => limits with { MaxJsonBytes = checked((int)value) }),
        new("pickle", nameof(ReadLimits.MaxPickleBytes), "4GB", (limits, value) => limits with { MaxPickleBytes = value }),
        new("opcodes", nameof(ReadLimits.MaxOpcodes), "2000000000", (limits, value) => limits with { MaxOpcodes = value }),
        new("depth", nameof(ReadLimits.MaxDepth), "100000000", (limits, value) => limits with { MaxDepth = checked((int)value) }),
        new("memo", nameof(ReadLimits.MaxMemoEntries), "1000000000", (limits, value) => limits with { MaxMemoEntries = checked((int)value) }),
        new("memory", nameof(ReadLimits.MaxPickleMemory), "64GB", (limits, value) => limits with { MaxPickleMemory = value }),
        new("memory-ratio", nameof(ReadLimits.MaxMemoryRatio), "1000", (limits, value) => limits with { MaxMemoryRatio = checked((int)value) }),
        new("string", nameof(ReadLimits.MaxStringBytes), "1GB", (limits, value) => limits with { MaxStringBytes = checked((int)value) }),
        new("records", nameof(ReadLimits.MaxRecords), "100000000", (limits, value) => limits with { MaxRecords = value }),
        new("entries", nameof(ReadLimits.MaxEntries), "1000000000", (limits, value) => limits with { MaxEntries = value }),
        new("entries-ratio", nameof(ReadLimits.MaxEntriesPerOpcode), "100", (limits, value) => limits with { MaxEntriesPerOpcode = checked((int)value) }),
        new("names", nameof(ReadLimits.MaxNameCharacters), "1000000000", (limits, value) => limits with { MaxNameCharacters = value }),
        new("inflated", nameof(ReadLimits.MaxInflatedBytes), "2147483591", (limits, value) => limits with { MaxInflatedBytes = checked((int)value) }),
        new("inflated-ratio", nameof(ReadLimits.MaxInflatedRatio), "1100", (limits, value) => limits with { MaxInflatedRatio = checked((int)value) }),
        new("unpacked", nameof(ReadLimits.MaxUnpackedBytes), "256GB", (limits, value) => limits with { MaxUnpackedBytes = value }),
        new("expanded", nameof(ReadLimits.MaxExpandedBytes), "64GB", (limits, value) => limits with { MaxExpandedBytes = value }),
        new("piped", nameof(ReadLimits.MaxSpooledBytes), "256GB", (limits, value) => limits with { MaxSpooledBytes = value }),
    ];

    /// <summary>What a message tells to type.</summary>
    internal string Option => $"--limit {Name}={Example}";

    /// <summary>Limits with the one that a text <c>name=value</c> sets, or null with what is wrong with it.</summary>
    internal static ReadLimits? Apply(ReadLimits limits, string text, out string? problem)
    {
        problem = null;
        var parts = text.Split('=', 2);
        var limit = Array.Find(All, row => row.Name == parts[0]);
        if (limit is null || parts.Length < 2)
        {
            problem = $"--limit takes NAME=VALUE, with a name of {string.Join(", ", All.Select(row => row.Name))}, and not '{text}'";
            return null;
        }

        if (parts[1] == "0" || ByteCount.TryParse(parts[1], out _))
        {
            try
            {
                _ = ByteCount.TryParse(parts[1], out var value);
                return limit.Set(limits, value);
            }
            catch (OverflowException)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"--limit {limit.Name} can be at most {int.MaxValue}, and not {parts[1]}");
                return null;
            }
        }

        problem = $"--limit {limit.Name} takes a number or a size such as {limit.Example}, and not '{parts[1]}'";
        return null;
    }
}

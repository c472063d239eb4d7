using Torchkeep.Formats.Sharded;
using Torchkeep.IO;

namespace Torchkeep.Fuzz.Targets;

/// <summary>The index of a sharded checkpoint, with no file beside it. No name in it may lead out of its folder.</summary>
internal sealed class ShardIndexTarget : FuzzTarget
{
    private static readonly string _folder = Path.GetFullPath("folder") + Path.DirectorySeparatorChar;

    internal override string Name => "shard-index";

    protected override void RunAny(byte[] input)
    {
        using var source = new MemoryByteSource(input);
        foreach (var (_, file) in ShardIndex.Parse(input, source, Limits)?.Weights ?? [])
        {
            if (file.Length == 0 || !Path.GetFullPath(Path.Combine(_folder, file)).StartsWith(_folder, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"'{file}' leads out of the folder");
            }
        }
    }
}

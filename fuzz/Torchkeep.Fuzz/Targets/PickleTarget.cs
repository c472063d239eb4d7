using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Torch;
using Torchkeep.Values;

namespace Torchkeep.Fuzz.Targets;

/// <summary>The pickle machine with PyTorch's names; each storage there is has 1 KiB.</summary>
internal sealed class PickleTarget : FuzzTarget
{
    internal override string Name => "pickle";

    protected override void RunAny(byte[] input)
    {
        var position = 0;
        var value = PickleMachine.Run(input, ref position, "fuzz", new TorchPickleHost(new Storages(), Limits), Limits);
        foreach (var entry in PyWalker.Walk(value, Limits.MaxEntries))
        {
            _ = entry.Value.TypeName;
        }
    }

    private sealed class Storages : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => new MemoryByteSource(new byte[1 << 10]);
    }
}

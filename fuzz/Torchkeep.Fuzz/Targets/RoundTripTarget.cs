using Torchkeep.Values;

namespace Torchkeep.Fuzz.Targets;

/// <summary>The writer: what opens and can be saved opens again, with the same entries and elements.</summary>
internal sealed class RoundTripTarget : FuzzTarget
{
    internal override string Name => "round-trip";

    protected override void RunAny(byte[] input)
    {
        using var before = Checkpoint.Open(input, Options);
        using var saved = new MemoryStream();
        Checkpoint.Save(before.Root, saved);
        var first = Describe(before);

        Checkpoint after;
        try
        {
            after = Checkpoint.Open(saved.ToArray(), Options);
        }
        catch (InvalidCheckpointException error)
        {
            throw new InvalidOperationException("saved, and does not open", error);
        }

        using (after)
        {
            var second = Describe(after);
            if (first != second)
            {
                throw new InvalidOperationException($"saved as something else:\n{first}\n{second}");
            }
        }
    }

    // Values compare by what they print, tensors by a hash of their elements.
    private static string Describe(Checkpoint checkpoint) => string.Join('\n', PyWalker
        .Walk(checkpoint.Root, Limits.MaxEntries)
        .Select(entry => $"{ToPython3(entry.Path).Length} {ToPython3(entry.Value.TypeName)} {Leaf(entry.Value)}"));

    // Names are saved in Python 2's spelling, as keys of a dictionary too.
    private static string ToPython3(string text) => text
        .Replace("__builtin__.", "builtins.", StringComparison.Ordinal)
        .Replace("copy_reg.", "copyreg.", StringComparison.Ordinal);

    private static string Leaf(PyValue value)
    {
        switch (value)
        {
            case PyInt or PyFloat or PyString or PyBool or PyComplex:
                return value.ToString()!;
            case PyTensor { View: var view } when view.Storage.Location != "meta" && view.ByteLength <= Limits.MaxExpandedBytes:
                var bytes = new byte[view.ByteLength];
                view.ReadBytes(bytes);
                return $"{view} {System.IO.Hashing.Crc32.HashToUInt32(bytes):x8}";
            default:
                return "";
        }
    }
}

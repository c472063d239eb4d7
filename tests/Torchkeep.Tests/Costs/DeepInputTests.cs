using System.Text;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Costs;

/// <summary>Nothing that goes over what a file says goes over it by the call stack.</summary>
public sealed class DeepInputTests
{
    private const int Levels = 100_000;

    /// <summary>Pickles of values that lie in one another.</summary>
    public static TheoryData<string> Kinds => ["list", "tuple", "dict", "key", "set", "call", "callable", "argument", "keyword", "state", "attributes", "slots", "items", "entries", "size"];

    [Theory, MemberData(nameof(Kinds))]
    public void AnObjectOfAnyDepthIsReadWalkedAndSaved(string kind) => SmallStack.Run(() =>
    {
        using var checkpoint = Checkpoint.Open(Pickle(kind));
        Attempt(() => checkpoint.Walk().Last().ToString());
        Attempt(() => checkpoint.Walk().Last().Value.Equals(checkpoint.Root));
        Attempt(() => _ = checkpoint.Root.GetHashCode() + checkpoint.Root.ToString()!.Length);
        Attempt(() => _ = checkpoint.Root.AsItems());
        Attempt(() => _ = (checkpoint.Root as PyObject)?.Repr);
        Attempt(() => checkpoint.FindStateDict());
        Attempt(() => checkpoint.FindModule());
        Attempt(() => checkpoint.FindTensor("a"));
        Attempt(() => StorageUsage.Of(checkpoint.Root));
        Attempt(() => Checkpoint.Save(checkpoint.Root, Stream.Null));
        Attempt(() => Checkpoint.Save(checkpoint.Root, Stream.Null, new() { Format = CheckpointFormat.TorchLegacy, Compact = true }));
        Attempt(() => Checkpoint.Save(checkpoint.Root, Stream.Null, new() { Format = CheckpointFormat.Safetensors }));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void AnObjectOfAnyDepthIsVerifiedAndScanned(string kind) => SmallStack.Run(() =>
    {
        using var source = new CountingByteSource(Pickle(kind));
        Attempt(() => CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken));
        Attempt(() => CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken));
    });

    [Theory, InlineData("{\"a\":"), InlineData("[")]
    public void JsonOfAnyDepthIsRefused(string level) => SmallStack.Run(() =>
    {
        var json = string.Concat(Enumerable.Repeat(level, Levels));
        Attempt(() => Checkpoint.Open(Encoding.UTF8.GetBytes($"{{\"weight_map\":{json}")));
        Attempt(() => Checkpoint.Open((byte[])[.. BitConverter.GetBytes((long)json.Length), .. Encoding.UTF8.GetBytes(json)]));
        Attempt(() => Checkpoint.Open(TorchZipBytes.Archive([("a/archive_format", "pt2"u8.ToArray()), ("a/models/m.json", "{}"u8.ToArray()), ("a/data/weights/m_weights_config.json", Encoding.UTF8.GetBytes(json))])));
        Attempt(() => Checkpoint.Open(TorchZipBytes.Archive([("a/version", "1"u8.ToArray()), ("a/model.json", Encoding.UTF8.GetBytes(json))])));
    });

    // Whatever is refused is refused as documented.
    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is CheckpointException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
        }
    }

    private static byte[] Pickle(string kind)
    {
        byte[] call = Global("m", "f");
        return kind switch
        {
            "list" => Nested("]"u8, "N"u8, "a"u8),
            "tuple" => Nested([], "N"u8, [0x85]),
            "dict" => Nested("}N"u8, "N"u8, "s"u8),
            "key" => Nested("}"u8, ")"u8, [0x85, (byte)'N', (byte)'s', 0x85]),
            "set" => Nested("("u8, "N"u8, [0x91]),
            "call" => Nested(call, ")"u8, [(byte)'R', 0x85]),
            "callable" => Nested([], call, ")R"u8),
            "argument" => Nested(call, "N"u8, [0x85, (byte)'R']),
            "keyword" => Protocol4(Repeat([.. call, (byte)')', (byte)'}', .. Str("k")]), "N"u8, Repeat([(byte)'s', 0x92])),
            "state" => Nested([.. call, .. ")R"u8], "N"u8, "b"u8),
            "attributes" => Nested([.. OrderedDict(), (byte)'}', .. Str("a")], "N"u8, "sb"u8),
            "slots" => Nested([.. call, .. ")RN}"u8, .. Str("a")], "N"u8, [(byte)'s', 0x86, (byte)'b']),
            "items" => Nested([.. call, .. ")R"u8], "N"u8, "a"u8),
            "entries" => Nested([.. call, .. ")RN"u8], "N"u8, "s"u8),
            _ => Nested(Global("torch", "Size"), ")"u8, [0x85, (byte)'R']),
        };
    }

    private static byte[] Nested(ReadOnlySpan<byte> before, ReadOnlySpan<byte> core, ReadOnlySpan<byte> after) =>
        Protocol4(Repeat(before), core, Repeat(after));

    private static byte[] Repeat(ReadOnlySpan<byte> part)
    {
        var bytes = new byte[part.Length * Levels];
        for (var i = 0; i < Levels; i++)
        {
            part.CopyTo(bytes.AsSpan(i * part.Length));
        }

        return bytes;
    }

    private static byte[] Protocol4(byte[] before, ReadOnlySpan<byte> core, byte[] after) => [0x80, 4, .. before, .. core, .. after, (byte)'.'];
}

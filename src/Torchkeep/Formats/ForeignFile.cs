using System.Text;
using System.Text.RegularExpressions;

namespace Torchkeep.Formats;

/// <summary>Says what a file that is no checkpoint looks like, and what to do.</summary>
internal static partial class ForeignFile
{
    private const int NameAt = 4;

    private const string Unpack = "unpack it first";
    private const string WrongFile = "check the path, or where it was downloaded from";

    private const string ZipAround = "a zip file around it: unzip it and open what is inside";

    private const string Keras = "read it with Keras";
    private const string WithTensorFlow = "read it with TensorFlow";
    private const string MadeFrom = "look for the PyTorch or safetensors file that it was made from";
    private const string Torch7 = "a file of Lua Torch (.t7): read it with a program for those, such as torchfile of Python, and save it with torch.save";

    private static readonly byte[] _zipSignature = [0x50, 0x4b, 0x03, 0x04];

    // What stands at the end of TensorFlow's tables (tensorflow/core/lib/io/format.h, kTableMagicNumber).
    private static readonly byte[] _tableEnd = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

    private static readonly (byte[] Start, string What)[] _signatures =
    [
        ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], "the first bytes of a checkpoint of the stream format; the save or download that made it did not finish"),
        ([.. "version https://git-lfs"u8], "a git-LFS pointer instead of the file: run 'git lfs pull' to fetch it"),
        ([.. "PYTORCH1"u8], "the preview format of 2018, which no PyTorch release reads: save it again"),
        ([0x80, 0x02, 0x8a, 0x0d, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], "a checkpoint of the stream format in which each line feed became a carriage return and a line feed, as when it is copied as text: copy it again as binary"),
        ([0x1f, 0x8b], $"a gzip file: {Unpack}"),
        ([.. "BZh"u8], $"a bzip2 file: {Unpack} (bunzip2)"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], $"an xz file: {Unpack} (xz -d)"),
        ([0x5d, 0x00, 0x00, 0x80, 0x00, 0xff, 0xff, 0xff, 0xff], $"an LZMA file: {Unpack} (xz --format=lzma -d)"),
        ([0x04, 0x22, 0x4d, 0x18], $"an LZ4 file: {Unpack} (lz4 -d)"),
        ([0x28, 0xb5, 0x2f, 0xfd], $"a zstd file: {Unpack} (zstd -d)"),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], $"a 7-zip file: {Unpack}"),
        ([.. "Rar!"u8], $"a RAR file: {Unpack}"),
        ([0x50, 0x4b, 0x05, 0x06], "an empty zip file; the save or download that made it did not finish"),
        ([0x50, 0x4b, 0x07, 0x08], "one part of a zip file that was split: join the parts first"),
        ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file, as Keras writes: read it with an HDF5 library"),
        ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array (.npy): save it with torch.save(torch.from_numpy(...)) first"),
        ([.. "GGUF"u8], $"a GGUF model, as llama.cpp reads: {MadeFrom}"),
        ([.. "lmgg"u8], $"a GGML model, as llama.cpp and whisper.cpp read: {MadeFrom}"),
        ([.. "fmgg"u8], $"a GGML model (ggmf), as llama.cpp read once: {MadeFrom}"),
        ([.. "tjgg"u8], $"a GGML model (ggjt), as llama.cpp read once: {MadeFrom}"),
        ([.. "algg"u8], $"a GGML adapter (ggla), as llama.cpp read once: {MadeFrom}"),
        ([4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, .. "V 1"u8], Torch7),
        ([3, 0, 0, 0, 1, 0, 0, 0], Torch7),
        ([.. "4\n1\n3\nV 1\n"u8], Torch7),
        ([8, 1, 0x12], $"a TensorFlow SavedModel (saved_model.pb): {WithTensorFlow}"),
        ([.. "model_checkpoint_path:"u8], $"the list of TensorFlow's checkpoints in a folder, and none itself: {WithTensorFlow}"),
        ([0x89, 0x50, 0x4e, 0x47], $"a PNG image: {WrongFile}"),
        ([0xff, 0xd8, 0xff], $"a JPEG image: {WrongFile}"),
        ([.. "%PDF"u8], $"a PDF document: {WrongFile}"),
        ([0x7f, 0x45, 0x4c, 0x46], $"a Linux program or library: {WrongFile}"),
    ];

    // FlatBuffers have a name at byte 4.
    private static readonly (byte[] Name, string What)[] _flatBuffers =
    [
        ([.. "ET12"u8], "an ExecuTorch program (.pte), whose weights are laid out for its device: look for the PyTorch file that it was exported from"),
        ([.. "TFL3"u8], "a TensorFlow Lite model (.tflite): read it with TensorFlow Lite"),
    ];

    // The class that TorchSharp's save_state_dict of an optimizer begins with, as a text with its length before it.
    private static readonly string[] _torchSharpOptimizers =
        ["SGD", "Adam", "AdamW", "RMSProp", "RMSprop", "Adagrad", "Adadelta", "Adamax", "ASGD", "NAdam", "RAdam", "Rprop", "LBFGS"];

    // What torch.save writes beside the object; alone it is what a save leaves that failed while it pickled the object.
    private static readonly string[] _besideThePickle = ["version", "byteorder", ".format_version", ".storage_alignment", "serialization_id"];

    private static readonly string[] _pageStarts = ["<!doctype", "<html", "<?xml", "<error"];

    // How the names in other people's zip files end.
    private static readonly (string End, string What)[] _zipRecords =
    [
        (".pt", ZipAround),
        (".pth", ZipAround),
        (".ckpt", ZipAround),
        (".bin", ZipAround),
        (".safetensors", ZipAround),
        (".npy", "a NumPy archive (.npz): save its arrays with torch.save first"),
        (".weights.h5", $"a Keras model: {Keras}"),
        ("[Content_Types].xml", $"an Office document: {WrongFile}"),
        ("META-INF/MANIFEST.MF", $"a Java archive: {WrongFile}"),
    ];

    internal static InvalidCheckpointException Describe(ReadOnlySpan<byte> head, ByteSource source, Exception? asPickle = null) =>
        new($"this is no PyTorch checkpoint: it is {What(head, source)}", asPickle) { File = source.Name, Offset = 0, IsForeign = true };

    /// <summary>Whether a file that starts like this is something that has a name here.</summary>
    internal static bool IsKnown(ReadOnlySpan<byte> head) => TryName(head, out _);

    /// <summary>What a zip archive without the pickle of <c>torch.save</c> is, from the names of its records.</summary>
    /// <param name="names">The names of its records.</param>
    /// <param name="file">Its path, or null.</param>
    internal static string DescribeZip(IReadOnlyCollection<string> names, string? file)
    {
        const int Shown = 5;
        var shown = names.Take(Shown + 1).Select(name => $"'{name}'").ToList();
        if (shown.Count == 0)
        {
            return "it is empty; the save that made it did not finish";
        }

        if (names.All(name => _besideThePickle.Contains(name[(name.LastIndexOf('/') + 1)..])))
        {
            return $"it holds {string.Join(", ", shown)} alone: the torch.save that made it failed before it wrote the object. Save it again, and look at the error that torch.save gave";
        }

        var holds = $"it holds {string.Join(", ", shown.Take(Shown))}{(shown.Count > Shown ? " and more" : "")}";
        foreach (var (end, what) in _zipRecords)
        {
            if (names.FirstOrDefault(name => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return $"{holds}, so it is {what}{(what == ZipAround ? MemberHint(file, found) : "")}";
            }
        }

        return holds;
    }

    /// <summary>Says of a tar file that it has not the members of a checkpoint.</summary>
    internal static InvalidCheckpointException DescribeTar(ByteSource source, string missing, IReadOnlyCollection<string> names)
    {
        const int Shown = 5;
        var holds = names.Count == 0 ? "it is empty" : $"it holds {string.Join(", ", names.Take(Shown).Select(name => $"'{name}'"))}{(names.Count > Shown ? " and more" : "")}";
        var inside = names.FirstOrDefault(name => _zipRecords.Any(record => record.What == ZipAround && name.EndsWith(record.End, StringComparison.OrdinalIgnoreCase)));
        return new($"this is no PyTorch checkpoint: it is a tar file without '{missing}', which those of before PyTorch 0.1.10 have; {holds}: {Unpack} and open what is inside{(inside is null ? "" : MemberHint(source.Name, inside))}")
        {
            File = source.Name,
            Offset = 0,
            IsForeign = true,
        };
    }

    private static string MemberHint(string? file, string member) =>
        file is null ? "" : $", or open '{Path.GetFileName(file)}{Places.FilePlace.MemberMark}{member}'";

    private static string? OfEnd(ByteSource source)
    {
        var end = new byte[(int)Math.Min(source.Length, _tableEnd.Length)];
        source.Read(source.Length - end.Length, end);
        return end.AsSpan().SequenceEqual(_tableEnd) ? $"a TensorFlow checkpoint (the index of one, or one of TensorFlow 1): {WithTensorFlow}"
            : source.Name is { } name && TensorFlowData().IsMatch(name) ? $"the data of a TensorFlow checkpoint: {WithTensorFlow}"
            : null;
    }

    private static long CountZeros(ByteSource source)
    {
        var buffer = new byte[(int)Math.Min(source.Length, 1 << 20)];
        for (long at = 0; at < source.Length; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, source.Length - at));
            source.Read(at, part);
            if (part.IndexOfAnyExcept((byte)0) is >= 0 and var found)
            {
                return at + found;
            }
        }

        return source.Length;
    }

    [GeneratedRegex(@"\.data-\d{5}-of-\d{5}\z")]
    private static partial Regex TensorFlowData();

    private static bool TryName(ReadOnlySpan<byte> head, out string name)
    {
        foreach (var (start, what) in _signatures)
        {
            if (head.StartsWith(start))
            {
                name = what;
                return true;
            }
        }

        foreach (var (start, what) in _flatBuffers)
        {
            if (head.Length > NameAt && head[NameAt..].StartsWith(start))
            {
                name = what;
                return true;
            }
        }

        name = IsOnnx(head) ? $"an ONNX model: {MadeFrom}"
            : IsMessagePack(head) ? "a file of MessagePack, as Flax saves parameters: read it with flax.serialization and save its arrays with torch.save"
            : OptimizerOf(head) is { } optimizer ? $"the state of TorchSharp's own optimizer {optimizer}, as its save_state_dict writes it: load it in TorchSharp, and save optimizer.state_dict() with Torchkeep"
            : "";
        return name.Length > 0;
    }

    // onnx/onnx.proto, ModelProto: the version of the IR, then one of the fields that follow it, of bytes or texts.
    private static bool IsOnnx(ReadOnlySpan<byte> head)
    {
        const int MaxVersion = 32;
        return head is [8, >= 1 and < MaxVersion, 0x12 or 0x1a or 0x22 or 0x32 or 0x3a or 0x42, ..]
            && (head[2] == 0x3a || (head.Length > 4 && head[3] < 0x80 && head.Length >= 4 + head[3] && IsText(head.Slice(4, head[3]))));
    }

    // A map of few entries, of which the first key is a short text.
    private static bool IsMessagePack(ReadOnlySpan<byte> head) =>
        head is [>= 0x81 and <= 0x8f, > 0xa0 and < 0xc0 and var text, ..] && head.Length >= 2 + (text & 0x1f) && IsText(head.Slice(2, text & 0x1f));

    private static string? OptimizerOf(ReadOnlySpan<byte> head)
    {
        if (head is not [> 0 and var length, ..] || head.Length <= length + 1)
        {
            return null;
        }

        var name = Encoding.Latin1.GetString(head.Slice(1, length));
        return _torchSharpOptimizers.Contains(name) ? name : null;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    internal static string What(ReadOnlySpan<byte> head, ByteSource source)
    {
        var length = source.Length;
        if (length == 0)
        {
            return "an empty file; the save or download that made it did not finish";
        }

        if (TryName(head, out var name))
        {
            return name;
        }

        var text = Encoding.Latin1.GetString(head).TrimStart();
        if (_pageStarts.Any(start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        {
            return "a web page, probably a login or error page that was saved in place of the download: fetch the file again";
        }

        if (head.IndexOf(_zipSignature) is > 0 and var at)
        {
            return $"a zip archive behind {at} bytes of something else: cut them off";
        }

        if (OfEnd(source) is { } other)
        {
            return other;
        }

        if (!head.ContainsAnyExcept((byte)0))
        {
            return CountZeros(source) is var zeros && zeros == length
                ? $"{length} bytes that are all zero: the file was never written, as after a crash or when a download did not go on"
                : $"something that starts with {zeros} zeros: a part of the file was never written, as after a crash or when a download did not go on";
        }

        if (text.StartsWith('{') || text.StartsWith('['))
        {
            return $"JSON text: {WrongFile}";
        }

        return text.All(c => c is >= ' ' and < '\x7f' or '\n' or '\r' or '\t')
            ? $"text that starts with '{text[..Math.Min(text.Length, 40)].ReplaceLineEndings(" ")}': {WrongFile}"
            : $"something unknown of {length} bytes that starts with {Convert.ToHexStringLower(head[..Math.Min(head.Length, 8)])}: {WrongFile}";
    }
}

using System.Text;

namespace Torchkeep.Formats;

/// <summary>Says what a file that is no checkpoint looks like, and what to do.</summary>
internal static class ForeignFile
{
    private const string Unpack = "unpack it first";
    private const string WrongFile = "check the path, or where it was downloaded from";

    private const string ZipAround = "a zip file around it: unzip it and open what is inside";

    private static readonly byte[] _zipSignature = [0x50, 0x4b, 0x03, 0x04];

    private static readonly (byte[] Start, string What)[] _signatures =
    [
        ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], "the first bytes of a checkpoint of the stream format; the save or download that made it did not finish"),
        ([.. "version https://git-lfs"u8], "a git-LFS pointer instead of the file: run 'git lfs pull' to fetch it"),
        ([.. "PYTORCH1"u8], "the preview format of 2018, which no PyTorch release reads: save it again"),
        ([0x1f, 0x8b], $"a gzip file: {Unpack}"),
        ([.. "BZh"u8], $"a bzip2 file: {Unpack}"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], $"an xz file: {Unpack}"),
        ([0x28, 0xb5, 0x2f, 0xfd], $"a zstd file: {Unpack}"),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], $"a 7-zip file: {Unpack}"),
        ([.. "Rar!"u8], $"a RAR file: {Unpack}"),
        ([0x50, 0x4b, 0x05, 0x06], "an empty zip file; the save or download that made it did not finish"),
        ([0x50, 0x4b, 0x07, 0x08], "one part of a zip file that was split: join the parts first"),
        ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file, as Keras writes: read it with an HDF5 library"),
        ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array (.npy): save it with torch.save(torch.from_numpy(...)) first"),
        ([.. "GGUF"u8], "a GGUF model, as llama.cpp reads: look for the PyTorch or safetensors file that it was made from"),
        ([0x89, 0x50, 0x4e, 0x47], $"a PNG image: {WrongFile}"),
        ([0xff, 0xd8, 0xff], $"a JPEG image: {WrongFile}"),
        ([.. "%PDF"u8], $"a PDF document: {WrongFile}"),
        ([0x7f, 0x45, 0x4c, 0x46], $"a Linux program or library: {WrongFile}"),
    ];

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
        (".weights.h5", "a Keras model: read it with Keras"),
        ("[Content_Types].xml", $"an Office document: {WrongFile}"),
        ("META-INF/MANIFEST.MF", $"a Java archive: {WrongFile}"),
    ];

    internal static InvalidCheckpointException Describe(ReadOnlySpan<byte> head, ByteSource source, Exception? asPickle = null) =>
        new($"this is no PyTorch checkpoint: it is {What(head, source.Length)}", asPickle) { File = source.Name, Offset = 0, IsForeign = true };

    /// <summary>Whether a file that starts like this is something that has a name here.</summary>
    internal static bool IsKnown(ReadOnlySpan<byte> head) => TryName(head, out _);

    /// <summary>What a zip archive without the pickle of <c>torch.save</c> is, from the names of its records.</summary>
    internal static string DescribeZip(IEnumerable<string> names)
    {
        const int Shown = 5;
        var shown = names.Take(Shown + 1).Select(name => $"'{name}'").ToList();
        if (shown.Count == 0)
        {
            return "it is empty; the save that made it did not finish";
        }

        var holds = $"it holds {string.Join(", ", shown.Take(Shown))}{(shown.Count > Shown ? " and more" : "")}";
        foreach (var (end, what) in _zipRecords)
        {
            if (names.Any(name => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
            {
                return $"{holds}, so it is {what}";
            }
        }

        return holds;
    }

    /// <summary>Says of a tar file that it has not the members of a checkpoint.</summary>
    internal static InvalidCheckpointException DescribeTar(ByteSource source, string missing) =>
        new($"this is no PyTorch checkpoint: it is a tar file without '{missing}', which those of before PyTorch 0.1.10 have: {Unpack}") { File = source.Name, Offset = 0, IsForeign = true };

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

        name = "";
        return false;
    }

    private static string What(ReadOnlySpan<byte> head, long length)
    {
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

        if (text.StartsWith('{') || text.StartsWith('['))
        {
            return $"JSON text: {WrongFile}";
        }

        return text.All(c => c is >= ' ' and < '\x7f' or '\n' or '\r' or '\t')
            ? $"text that starts with '{text[..Math.Min(text.Length, 40)].ReplaceLineEndings(" ")}': {WrongFile}"
            : $"something unknown of {length} bytes that starts with {Convert.ToHexStringLower(head[..Math.Min(head.Length, 8)])}: {WrongFile}";
    }
}

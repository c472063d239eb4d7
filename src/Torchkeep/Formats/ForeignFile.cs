using System.Buffers.Binary;
using System.Text;

namespace Torchkeep.Formats;

/// <summary>Says what a file that is no checkpoint looks like, and what to do.</summary>
internal static class ForeignFile
{
    private const string Legacy = "a checkpoint of the stream format that PyTorch wrote before 1.6, which this version does not read";

    private static readonly (byte[] Start, string What)[] _signatures =
    [
        ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], Legacy),
        ([.. "version https://git-lfs"u8], "a git-LFS pointer instead of the file: run 'git lfs pull' to fetch it"),
        ([.. "PYTORCH1"u8], "the preview format of 2018, which no PyTorch release reads"),
        ([0x1f, 0x8b], "a gzip file: unpack it first"),
        ([.. "BZh"u8], "a bzip2 file: unpack it first"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "an xz file: unpack it first"),
        ([0x28, 0xb5, 0x2f, 0xfd], "a zstd file: unpack it first"),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7-zip file: unpack it first"),
        ([.. "Rar!"u8], "a RAR file: unpack it first"),
        ([0x50, 0x4b, 0x05, 0x06], "an empty zip file"),
        ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file, as Keras writes"),
        ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array (.npy)"),
        ([.. "GGUF"u8], "a GGUF model"),
        ([0x89, 0x50, 0x4e, 0x47], "a PNG image"),
        ([0xff, 0xd8, 0xff], "a JPEG image"),
        ([.. "%PDF"u8], "a PDF document"),
        ([0x7f, 0x45, 0x4c, 0x46], "a Linux program or library"),
    ];

    internal static InvalidCheckpointException Describe(ReadOnlySpan<byte> head, ByteSource source) =>
        new($"this is no PyTorch checkpoint: it is {What(head, source.Length)}") { File = source.Name, Offset = 0 };

    private static string What(ReadOnlySpan<byte> head, long length)
    {
        if (length == 0)
        {
            return "an empty file; the save or download that made it did not finish";
        }

        foreach (var (start, what) in _signatures)
        {
            if (head.StartsWith(start))
            {
                return what;
            }
        }

        var text = Encoding.Latin1.GetString(head).TrimStart();
        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return "an HTML page, probably a login or error page that was saved in place of the download";
        }

        if (head.Length >= 9 && head[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(head) < (ulong)length)
        {
            return "a safetensors file, which this version does not read";
        }

        if (head.Length >= 262 && head[257..].StartsWith("ustar"u8))
        {
            return "a tar file; PyTorch before 0.1.10 wrote those, and this version does not read them";
        }

        if (head[0] == 0x80 && head.Length > 1 && head[1] <= 5)
        {
            return "a bare pickle, which this version does not read";
        }

        if (text[0] is '{' or '[')
        {
            return "JSON text";
        }

        return text.All(c => c is >= ' ' and < '\x7f' or '\n' or '\r' or '\t')
            ? $"text that starts with '{text[..Math.Min(text.Length, 40)].ReplaceLineEndings(" ")}'"
            : $"something unknown of {length} bytes that starts with {Convert.ToHexStringLower(head[..Math.Min(head.Length, 8)])}";
    }
}

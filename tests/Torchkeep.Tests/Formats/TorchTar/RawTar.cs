using System.Text;

namespace Torchkeep.Tests.Formats.TorchTar;

/// <summary>A tar file spelled header by header, so that it can say what no writer says.</summary>
internal sealed class RawTar
{
    private const int BlockSize = 512;

    private readonly List<byte> _bytes = [];

    /// <summary>A member: its name, its bytes, its type, and the size in its header if that is another.</summary>
    internal RawTar Add(string name, byte[] bytes, char type = '0', long? size = null, string link = "", Action<byte[]>? change = null)
    {
        var header = new byte[BlockSize];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        Octal(644, 7).CopyTo(header, 100);
        Octal(size ?? bytes.Length, 11).CopyTo(header, 124);
        header[156] = (byte)type;
        Encoding.ASCII.GetBytes(link).CopyTo(header, 157);
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.Sum(value => value), 6).CopyTo(header, 148);
        _bytes.AddRange(header);
        _bytes.AddRange(bytes);
        _bytes.AddRange(new byte[-bytes.Length & (BlockSize - 1)]);
        return this;
    }

    /// <summary>An extended header of what follows, or of all that follows.</summary>
    internal RawTar Extended(char type, params (string Key, string Value)[] records) =>
        Add("pax", [.. records.SelectMany(record => Record(record.Key, record.Value))], type);

    /// <summary>The file, with the two blocks that end it.</summary>
    internal byte[] Build() => [.. _bytes, .. new byte[2 * BlockSize]];

    internal static byte[] Octal(long number, int digits) => Encoding.ASCII.GetBytes(Convert.ToString(number, 8).PadLeft(digits, '0') + "\0");

    private static byte[] Record(string key, string value)
    {
        var body = $" {key}={value}\n";
        var length = body.Length;
        while ($"{length}{body}".Length != length)
        {
            length++;
        }

        return Encoding.UTF8.GetBytes($"{length}{body}");
    }
}

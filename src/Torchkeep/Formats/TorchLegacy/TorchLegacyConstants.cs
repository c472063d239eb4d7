using System.Globalization;
using System.Numerics;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>Numbers of the stream format (torch/serialization.py).</summary>
internal static class TorchLegacyConstants
{
    /// <summary>PROTOCOL_VERSION.</summary>
    internal const long ProtocolVersion = 1001;

    /// <summary>MAGIC_NUMBER.</summary>
    internal static readonly PyInt MagicNumber = PyInt.From(BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    /// <summary>What a save says about the machine (<c>_legacy_save</c>, sys_info). Its long has 4 bytes everywhere.</summary>
    internal static PyDict Machine => new()
    {
        { "protocol_version", ProtocolVersion },
        { "little_endian", true },
        { "type_sizes", new PyDict { { "short", sizeof(short) }, { "int", sizeof(int) }, { "long", sizeof(int) } } },
    };
}

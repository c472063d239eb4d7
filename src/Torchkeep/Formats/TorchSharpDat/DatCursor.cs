using System.Collections.Frozen;
using System.Text;

namespace Torchkeep.Formats.TorchSharpDat;

/// <summary>
/// Takes apart what TorchSharp's BinaryWriter wrote: all numbers are LEB128, a text has its length before it
/// (TorchSharp: Utils/TensorExtensionMethods.cs, Save and Encode; NN/Module.cs, save_state_dict).
/// </summary>
internal ref struct DatCursor(ReadOnlySpan<byte> bytes)
{
    // The most that PyTorch has.
    private const int MaxDimensions = 64;
    private const int MaxNumberBytes = 9;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // c10/core/ScalarType.h.
    private static readonly FrozenDictionary<long, ElementType> _types = new Dictionary<long, ElementType>
    {
        [0] = ElementType.UInt8,
        [1] = ElementType.Int8,
        [2] = ElementType.Int16,
        [3] = ElementType.Int32,
        [4] = ElementType.Int64,
        [5] = ElementType.Float16,
        [6] = ElementType.Float32,
        [7] = ElementType.Float64,
        [8] = ElementType.Complex32,
        [9] = ElementType.Complex64,
        [10] = ElementType.Complex128,
        [11] = ElementType.Bool,
        [15] = ElementType.BFloat16,
    }.ToFrozenDictionary();

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Position { get; private set; }

    internal bool TryTakeNumber(out long number)
    {
        number = 0;
        for (var i = 0; i < MaxNumberBytes && Position < _bytes.Length; i++)
        {
            var part = _bytes[Position++];
            number |= (long)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>False where the bytes end before the entry does, or are none.</summary>
    internal bool TryTakeEntry(out DatEntry entry)
    {
        entry = null!;
        if (!TryTakeNumber(out var length) || length > _bytes.Length - Position)
        {
            return false;
        }

        string name;
        try
        {
            name = _strict.GetString(_bytes.Slice(Position, (int)length));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        Position += (int)length;
        if (!TryTakeNumber(out var code) || !_types.TryGetValue(code, out var type) || !TryTakeNumber(out var dimensions) || dimensions > MaxDimensions)
        {
            return false;
        }

        var shape = new long[dimensions];
        for (var i = 0; i < shape.Length; i++)
        {
            if (!TryTakeNumber(out shape[i]))
            {
                return false;
            }
        }

        entry = new(name, type, shape);
        return true;
    }
}

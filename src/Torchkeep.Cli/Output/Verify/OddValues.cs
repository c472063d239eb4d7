namespace Torchkeep.Cli.Output.Verify;

/// <summary>A tensor whose elements are not all finite.</summary>
/// <param name="Path">The way to it.</param>
/// <param name="NaN">How many elements are not a number; of a complex one each part counts.</param>
/// <param name="Infinite">How many are infinite.</param>
internal sealed record OddValues(string Path, long NaN, long Infinite)
{
    private const int BufferSize = 1 << 20;

    // Bytes of a number, and the bits of its exponent and mantissa. IEEE 754: all ones in the exponent, and a mantissa of
    // zero for infinity. The 8-bit types without infinity have NaNs of their own (OCP 8-bit Floating Point, ml_dtypes).
    private static readonly Dictionary<ElementType, Layout> _layouts = new()
    {
        [ElementType.Float64] = Layout.Ieee(8, 11, 52),
        [ElementType.Complex128] = Layout.Ieee(8, 11, 52),
        [ElementType.Float32] = Layout.Ieee(4, 8, 23),
        [ElementType.Complex64] = Layout.Ieee(4, 8, 23),
        [ElementType.Float16] = Layout.Ieee(2, 5, 10),
        [ElementType.Complex32] = Layout.Ieee(2, 5, 10),
        [ElementType.BFloat16] = Layout.Ieee(2, 8, 7),
        [ElementType.BComplex32] = Layout.Ieee(2, 8, 7),
        [ElementType.Float8E5M2] = Layout.Ieee(1, 5, 2),
        [ElementType.Float8E4M3Fn] = new(1, 0x7f, 0x7f, null),
        [ElementType.Float8E5M2FnUz] = new(1, 0xff, 0x80, null),
        [ElementType.Float8E4M3FnUz] = new(1, 0xff, 0x80, null),
        [ElementType.Float8E8M0Fnu] = new(1, 0xff, 0xff, null),
    };

    /// <summary>How many bytes are read to find them.</summary>
    internal static Int128 BytesIn(Checkpoint checkpoint) => Entries(checkpoint).Aggregate((Int128)0, (sum, entry) => sum + ((PyTensor)entry.Value).View.ByteLength);

    /// <summary>Each tensor with such elements, once.</summary>
    internal static IEnumerable<OddValues> In(Checkpoint checkpoint) =>
        Entries(checkpoint).Select(entry => Count(entry, ((PyTensor)entry.Value).View)).OfType<OddValues>();

    private static IEnumerable<PyEntry> Entries(Checkpoint checkpoint)
    {
        var seen = new HashSet<PyTensor>(ReferenceEqualityComparer.Instance);
        return checkpoint.Walk().Where(entry =>
            entry.Value is PyTensor tensor && tensor.View.Storage.Location != TensorHash.MetaLocation && seen.Add(tensor) && _layouts.ContainsKey(tensor.View.ElementType));
    }

    private static OddValues? Count(PyEntry entry, TensorView view)
    {
        var layout = _layouts[view.ElementType];
        long nan = 0;
        long infinite = 0;
        var buffer = new byte[Math.Min(view.ByteLength, BufferSize)];
        for (long done = 0; done < view.ByteLength; done += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, view.ByteLength - done));
            view.ReadBytes(part, done);
            for (var i = 0; i < part.Length; i += layout.Size)
            {
                var bits = Bits(part.Slice(i, layout.Size));
                if ((bits & layout.Mask) == layout.Odd)
                {
                    var isInfinite = layout.Mantissa is { } mantissa && (bits & mantissa) == 0;
                    infinite += isInfinite ? 1 : 0;
                    nan += isInfinite ? 0 : 1;
                }
            }
        }

        return nan + infinite == 0 ? null : new(entry.Path, nan, infinite);
    }

    // Elements come in the machine's byte order.
    private static ulong Bits(ReadOnlySpan<byte> element) => element.Length switch
    {
        1 => element[0],
        2 => BitConverter.ToUInt16(element),
        4 => BitConverter.ToUInt32(element),
        _ => BitConverter.ToUInt64(element),
    };

    /// <param name="Size">Bytes.</param>
    /// <param name="Mask">The bits that tell.</param>
    /// <param name="Odd">What they are in an element that is not finite.</param>
    /// <param name="Mantissa">The bits that are zero in an infinity, or null where there is none.</param>
    private sealed record Layout(int Size, ulong Mask, ulong Odd, ulong? Mantissa)
    {
        internal static Layout Ieee(int size, int exponent, int mantissa)
        {
            var mask = ((1ul << exponent) - 1) << mantissa;
            return new(size, mask, mask, (1ul << mantissa) - 1);
        }
    }
}

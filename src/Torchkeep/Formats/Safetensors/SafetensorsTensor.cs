namespace Torchkeep.Formats.Safetensors;

/// <summary>A tensor that is written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Utf8Name">The same, as the file has it.</param>
/// <param name="View">Its elements.</param>
/// <param name="IsAlias">Whether a file had it as a further name of another tensor.</param>
internal sealed record SafetensorsTensor(string Name, byte[] Utf8Name, TensorView View, bool IsAlias)
{
    /// <summary>The bytes of its storage from the first to the last that it has.</summary>
    internal (long Start, long End) Extent
    {
        get
        {
            var last = View.StorageOffset;
            for (var i = 0; i < View.Shape.Length; i++)
            {
                last += (View.Shape[i] - 1) * View.Strides[i];
            }

            var type = ElementTypeInfo.Of(View.ElementType);
            return (type.BytesOf(View.StorageOffset), type.BytesOf(last + 1));
        }
    }
}

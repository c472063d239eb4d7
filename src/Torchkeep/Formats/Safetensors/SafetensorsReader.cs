using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.Safetensors;

/// <summary>The header's length, the header; tensors lie behind it and are not read.</summary>
internal static class SafetensorsReader
{
    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var header = await ReadHeaderAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false);
        var (tensors, metadata) = SafetensorsHeader.Parse(header, source, options.Limits.MaxRecords);
        var root = Build(source, tensors, SafetensorsConstants.LengthSize + header.Length, options);
        var aliases = SafetensorsAliases.AddTo(root, metadata, source, options);
        foreach (var name in aliases.Keys)
        {
            metadata.Remove(name);
        }

        return new(root, new TensorNames()) { Metadata = metadata, Aliases = aliases };
    }

    private static async ValueTask<byte[]> ReadHeaderAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var prefix = new byte[SafetensorsConstants.LengthSize];
        await source.ReadAsync(0, prefix, async, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var left = source.Length - prefix.Length;
        if (length > (ulong)limits.MaxJsonBytes)
        {
            SafetensorsThrow.HeaderTooLarge(source, length, limits.MaxJsonBytes);
        }

        if (length > (ulong)left)
        {
            SafetensorsThrow.HeaderTruncated(source, length, left);
        }

        var header = new byte[length];
        await source.ReadAsync(prefix.Length, header, async, cancellationToken).ConfigureAwait(false);
        return header;
    }

    // The tensors cover the data from first to last without a gap: a gap could hide another file.
    private static PyDict Build(ByteSource source, List<SafetensorsEntry> tensors, long dataStart, ReadOptions options)
    {
        options.Budget?.AddOpcodes(tensors.Count);
        var root = new PyDict();
        long position = 0;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != position || tensor.End < tensor.Begin)
            {
                SafetensorsThrow.NotInOrder(source, tensor, position);
            }

            root.Add(tensor.Name, View(source, tensor, dataStart, options));
            position = tensor.End;
        }

        if (dataStart + (Int128)position != source.Length)
        {
            SafetensorsThrow.WrongLength(source, position, source.Length - dataStart, dataStart);
        }

        return root;
    }

    private static TensorView View(ByteSource source, SafetensorsEntry tensor, long dataStart, ReadOptions options)
    {
        try
        {
            var type = ElementTypeInfo.Of(tensor.Type);
            var shape = tensor.Shape;
            if (tensor.Type == ElementType.Float4E2M1FnX2)
            {
                // The header counts values, PyTorch the bytes that hold two of them.
                if (shape is [] || shape[^1] % 2 != 0)
                {
                    SafetensorsThrow.OddPairs(shape);
                }

                shape = [.. shape[..^1], shape[^1] / 2];
            }

            var count = TensorLayout.CountElements(shape, type.ByteSize);
            if ((Int128)count * type.BitSize != ((Int128)tensor.End - tensor.Begin) * 8)
            {
                SafetensorsThrow.WrongSize(tensor, type, count);
            }

            var storage = new TensorStorage(new SliceByteSource(source, dataStart + tensor.Begin, tensor.End - tensor.Begin));
            return new(storage, tensor.Type, storageOffset: 0, ImmutableCollectionsMarshal.AsImmutableArray(shape), TensorLayout.RowMajorStrides(shape))
            {
                Name = tensor.Name,
                MaxExpandedBytes = options.Limits.MaxExpandedBytes,
                Budget = options.Budget,
            };
        }
        catch (CheckpointException error)
        {
            error.File = source.Name;
            error.TensorName = tensor.Name;
            throw;
        }
    }
}

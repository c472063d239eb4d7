using System.Buffers.Binary;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>Writes the stream as <c>torch.save(..., _use_new_zipfile_serialization=False)</c> does (torch/serialization.py, <c>_legacy_save</c>).</summary>
internal static class TorchLegacyWriter
{
    internal static async ValueTask WriteAsync(SaveJob job, Stream stream)
    {
        var (pickle, storages) = TorchPickleEncoder.Encode(job.Root, job.Plan, isStream: true);

        // PyTorch sorts the keys as texts.
        var ordered = storages.OrderBy(storage => storage.Key, StringComparer.Ordinal).ToList();
        var writer = new PayloadWriter(stream, job, ordered.Sum(storage => storage.Bytes.Length));
        await writer.WriteAsync(Pickle(TorchLegacyConstants.MagicNumber)).ConfigureAwait(false);
        await writer.WriteAsync(Pickle(TorchLegacyConstants.ProtocolVersion)).ConfigureAwait(false);
        await writer.WriteAsync(Pickle(TorchLegacyConstants.Machine)).ConfigureAwait(false);
        await writer.WriteAsync(pickle).ConfigureAwait(false);
        await writer.WriteAsync(Pickle(new PyList(ordered.Select(storage => (PyValue)storage.Key)))).ConfigureAwait(false);
        writer.Report(0);
        foreach (var storage in ordered)
        {
            var count = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(count, storage.Bytes.Length / ElementTypeInfo.Of(storage.Type ?? ElementType.UInt8).ByteSize);
            await writer.WriteAsync(count).ConfigureAwait(false);
            await writer.WriteAsync(storage.Bytes, storage.TensorName).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Pickle(PyValue value) => TorchPickleEncoder.Encode(value).Pickle;
}

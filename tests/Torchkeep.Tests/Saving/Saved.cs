using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>Saves by every way there is.</summary>
internal static class Saved
{
    internal static byte[] ToBytes(PyValue root, WriteOptions? options = null)
    {
        var stream = new MemoryStream();
        Checkpoint.Save(root, stream, options);
        return stream.ToArray();
    }

    internal static ByteSource ToSparseFile(PyValue root, WriteOptions? options = null)
    {
        var file = new SparseFile();
        Checkpoint.Save(root, file.Stream, options);
        return file.Source;
    }

    internal static async Task ToPathAsync(
        bool async, PyValue root, string path, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken? cancellationToken = null)
    {
        var token = cancellationToken ?? TestContext.Current.CancellationToken;
        if (async)
        {
            await Checkpoint.SaveAsync(root, path, options, progress, token);
        }
        else
        {
            Checkpoint.Save(root, path, options, progress, token);
        }
    }

    internal static async Task ToStreamAsync(
        bool async, PyValue root, Stream stream, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken? cancellationToken = null)
    {
        var token = cancellationToken ?? TestContext.Current.CancellationToken;
        if (async)
        {
            await Checkpoint.SaveAsync(root, stream, options, progress, token);
        }
        else
        {
            Checkpoint.Save(root, stream, options, progress, token);
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using Torchkeep.IO;

namespace Torchkeep.Formats.Sharded;

/// <summary>
/// Writes the files beside each other under other names, then renames them, the index last. Where files of the same names
/// are replaced, the older index goes first: no index ever names both old and new ones. What an earlier save left goes last.
/// </summary>
internal static class ShardedWriter
{
    internal static async ValueTask WriteAsync(SaveJob job, ShardPlan plan, IFormatWriter writer, string path)
    {
        path = Path.GetFullPath(path);
        if (path.EndsWith(ShardedConstants.IndexEnd, StringComparison.Ordinal))
        {
            throw new ArgumentException($"the path must be that of a single file, of which the names of the others and of the index are made: leave out '{ShardedConstants.IndexEnd}'");
        }

        string[] names = [.. Enumerable.Range(1, plan.Shards.Count).Select(number => ShardedConstants.ShardName(path, number, plan.Shards.Count))];
        var files = new List<AtomicFile>();
        try
        {
            long done = 0;
            for (var i = 0; i < names.Length; i++)
            {
                var target = Path.Combine(Path.GetDirectoryName(path)!, names[i]);
                var file = new AtomicFile(target);
                files.Add(file);
                var progress = job.Progress is null ? null : new PartProgress(job.Progress, done, plan.TotalBytes);
                await writer.WriteAsync(job with { Root = plan.Shards[i].Root, Progress = progress }, file.Stream, target).ConfigureAwait(false);
                file.Stream.Flush(job.Options.FlushToDisk);
                done += plan.Shards[i].Bytes;
            }

            var index = new AtomicFile(path + ShardedConstants.IndexEnd);
            files.Add(index);
            WriteIndex(index.Stream, plan, names);
            index.Stream.Flush(job.Options.FlushToDisk);

            var earlier = EarlierShards.Of(path);
            if (names.Any(name => File.Exists(Path.Combine(Path.GetDirectoryName(path)!, name))))
            {
                File.Delete(path + ShardedConstants.IndexEnd);
            }

            files.ForEach(file => file.Commit(job.Options.FlushToDisk));

            // The one file that was there before would be taken for this checkpoint.
            EarlierShards.Remove(path, path + ShardedConstants.IndexEnd);
            earlier?.Remove(names, job.Options.FlushToDisk, keepIndex: true);
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    private static void WriteIndex(Stream stream, ShardPlan plan, string[] names)
    {
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteStartObject(ShardedConstants.Metadata);
            json.WriteNumber(ShardedConstants.TotalSize, plan.TotalBytes);
            foreach (var (name, target) in plan.Aliases)
            {
                json.WriteString(name, target);
            }

            json.WriteEndObject();
            json.WriteStartObject(ShardedConstants.WeightMap);
            foreach (var (name, place) in plan.Places)
            {
                json.WriteString(name, names[place]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>The progress of one file as that of all.</summary>
    private sealed class PartProgress(IProgress<SaveProgress> whole, long before, long total) : IProgress<SaveProgress>
    {
        public void Report(SaveProgress value) => whole.Report(new(before + value.BytesWritten, total));
    }
}

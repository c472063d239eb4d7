using CsCheck;
using Torchkeep.Tests.IO;
using Torchkeep.Tests.Tensors;

namespace Torchkeep.Tests.Properties;

/// <summary>Any tensors saved come back as they were: elements, types, shapes, strides, offsets, and which share memory.</summary>
public sealed class SavedTensorTests
{
    /// <summary>Some views, of which every other is one more view of the storage before it.</summary>
    private static readonly Gen<PyDict> _tensors =
        from views in RandomView.Any.Array[0, 6]
        from shares in Gen.Bool.Array[6]
        select Dict(views, shares);

    [Fact]
    public void OfTheZipFormat() => Check(CheckpointFormat.TorchZip, Describe);

    [Fact]
    public void OfTheStreamFormat() => Check(CheckpointFormat.TorchLegacy, Describe);

    [Fact]
    public void OfSafetensors() => Check(CheckpointFormat.Safetensors, DescribeElements);

    [Theory, InlineData(CheckpointFormat.TorchZip), InlineData(CheckpointFormat.TorchLegacy), InlineData(CheckpointFormat.Safetensors)]
    public void OfSeveralFiles(CheckpointFormat format)
    {
        var sharded = 0;
        _tensors.Sample(
            tensors =>
            {
                using var folder = new TemporaryFolder();
                var path = folder["model"];
                try
                {
                    Checkpoint.Save(tensors, path, new WriteOptions { Format = format, MaxShardSize = 1, FlushToDisk = false });
                }
                catch (UnsupportedCheckpointException)
                {
                    return;
                }

                var index = folder["model.index.json"];
                sharded += File.Exists(index) ? 1 : 0;
                path = File.Exists(index) ? index : path;
                Assert.Empty(CheckpointVerifier.Verify(path).Faults);
                Assert.Empty(CheckpointScanner.Scan(path).Findings);
                using var loaded = Checkpoint.Open(path);
                Assert.Equal(DescribeElements(tensors), DescribeElements((PyDict)loaded.Root));
            },
            iter: 300,
            threads: 1);
        Assert.True(sharded > 5, $"{sharded} were sharded");
    }

    private static void Check(CheckpointFormat format, Func<PyDict, string> describe)
    {
        var saved = 0;
        _tensors.Sample(
            tensors =>
            {
                using var stream = new MemoryStream();
                try
                {
                    Checkpoint.Save(tensors, stream, new WriteOptions { Format = format });
                }
                catch (UnsupportedCheckpointException)
                {
                    // Some element types, and shared memory in safetensors.
                    return;
                }

                Interlocked.Increment(ref saved);
                var file = stream.ToArray();
                using var source = new Torchkeep.IO.MemoryByteSource(file);
                Assert.Empty(CheckpointVerifier.Verify(source).Faults);
                Assert.Empty(CheckpointScanner.Scan(source).Findings);
                using var loaded = Checkpoint.Open(file);
                Assert.Equal(describe(tensors), describe((PyDict)loaded.Root));
            },
            iter: 2000);
        Assert.True(saved > 300, $"{saved} were saved");
    }

    private static PyDict Dict(RandomView[] views, bool[] shares)
    {
        var dict = new PyDict();
        for (var i = 0; i < views.Length; i++)
        {
            var view = views[i].View;
            dict.Add($"{i}", view);
            if (shares[i])
            {
                dict.Add($"{i} whole", new TensorView(view.Storage, view.ElementType, [view.Storage.ByteLength / views[i].Size]));
            }
        }

        return dict;
    }

    private static string Describe(PyDict dict)
    {
        var storages = new Dictionary<TensorStorage, int>(ReferenceEqualityComparer.Instance);
        return string.Join('\n', dict.Select(entry =>
        {
            var view = ((PyTensor)entry.Value).View;
            storages.TryAdd(view.Storage, storages.Count);
            var bytes = new byte[view.ByteLength];
            view.ReadBytes(bytes);
            return $"{entry.Key} {view} [{string.Join(',', view.Strides)}] {view.StorageOffset} of {storages[view.Storage]} {Convert.ToHexString(bytes)}";
        }));
    }

    // Safetensors keeps elements by name, and neither order nor strides.
    private static string DescribeElements(PyDict dict) => string.Join('\n', dict.Select(entry =>
    {
        var view = ((PyTensor)entry.Value).View;
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return $"{entry.Key} {view} {Convert.ToHexString(bytes)}";
    }).Order(StringComparer.Ordinal));
}

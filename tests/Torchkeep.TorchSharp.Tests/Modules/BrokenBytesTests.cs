using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>A broken byte of the last storage changes nothing of a model, however the file wraps that storage.</summary>
public sealed class BrokenBytesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Linear _model = nn.Linear(2, 2);
    private readonly Dictionary<string, string> _before;

    public BrokenBytesTests()
    {
        using (no_grad())
        {
            _model.weight.fill_(-1);
            _model.bias!.fill_(-1);
        }

        _before = Bits.Of(_model);
    }

    public static TheoryData<string, bool, bool> Loads => new(
        from form in new[] { "record", "window", "window of all", "deflated", "deflated window", "big-endian window" }
        from isMapped in new[] { false, true }
        from assign in new[] { false, true }
        select (form, isMapped, assign));

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory, MemberData(nameof(Loads))]
    public void NothingIsLoaded(string form, bool isMapped, bool assign)
    {
        File.WriteAllBytes(_folder["broken.pt"], Break(Build(form), form));
        using var loaded = torch.load_checkpoint(_folder["broken.pt"], options: new ReadOptions { MemoryMap = isMapped });

        var error = Assert.Throws<InvalidCheckpointException>(() => { _model.load_state_dict(loaded, assign: assign); });

        Assert.Equal("archive/data/1", error.Record);
        Assert.Equal(_before, Bits.Of(_model));
    }

    [Theory, MemberData(nameof(Loads))]
    public void TheSameFileWithoutItIsLoaded(string form, bool isMapped, bool assign)
    {
        File.WriteAllBytes(_folder["whole.pt"], Build(form));
        using var loaded = torch.load_checkpoint(_folder["whole.pt"], options: new ReadOptions { MemoryMap = isMapped });

        _model.load_state_dict(loaded, assign: assign);

        Assert.Equal([1f, 2, 3, 4], _model.weight.data<float>().ToArray());
        Assert.Equal([7f, 8], _model.bias!.data<float>().ToArray());
    }

    // {'weight': 4 floats of storage 0, 'bias': 2 floats of storage 1, by way of a part of it or not}.
    private static byte[] Build(string form)
    {
        var isBig = form.StartsWith("big-endian", StringComparison.Ordinal);
        string[] all = form.Contains("window", StringComparison.Ordinal) ? form.EndsWith("all", StringComparison.Ordinal) ? ["part", "0", "4"] : ["part", "2", "2"] : [];
        var pickle = new List<byte>([0x80, 2, (byte)'}', (byte)'(']);
        pickle.AddRange([.. Text("weight"), .. Tensor("0", [], offset: 0, [2, 2], [2, 1])]);
        pickle.AddRange([.. Text("bias"), .. Tensor("1", all, offset: all is [_, "2", _] ? 0 : 2, [2], [1])]);
        pickle.AddRange("u."u8);

        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            Add("data.pkl", [.. pickle], CompressionLevel.NoCompression);
            Add("byteorder", isBig ? "big"u8.ToArray() : "little"u8.ToArray(), CompressionLevel.NoCompression);
            Add("data/0", Floats([1, 2, 3, 4]), CompressionLevel.NoCompression);
            Add("data/1", Floats([5, 6, 7, 8]), form.StartsWith("deflated", StringComparison.Ordinal) ? CompressionLevel.SmallestSize : CompressionLevel.NoCompression);
            Add("version", "3\n"u8.ToArray(), CompressionLevel.NoCompression);

            void Add(string name, byte[] bytes, CompressionLevel level)
            {
                using var record = zip.CreateEntry($"archive/{name}", level).Open();
                record.Write(bytes);
            }
        }

        return stream.ToArray();

        byte[] Floats(float[] values) => [.. values.SelectMany(value =>
        {
            var bytes = new byte[4];
            if (isBig)
            {
                BinaryPrimitives.WriteSingleBigEndian(bytes, value);
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            }

            return bytes;
        })];
    }

    // A byte of the second storage: the last of the record before the next local header.
    private static byte[] Break(byte[] file, string form)
    {
        var name = file.AsSpan().IndexOf("archive/data/1"u8);
        var start = name + "archive/data/1".Length;
        file[form.StartsWith("deflated", StringComparison.Ordinal) ? start + 4 : start + 10] ^= 0x20;
        return file;
    }

    private static byte[] Tensor(string key, string[] window, int offset, int[] size, int[] stride)
    {
        byte[] part = window is [var name, var first, var count] ? [(byte)'(', .. Text(name), .. Int(first), .. Int(count), (byte)'t'] : [];
        return
        [
            .. "ctorch._utils\n_rebuild_tensor_v2\n(("u8, .. Text("storage"), .. "ctorch\nFloatStorage\n"u8, .. Text(key), .. Text("cpu"), .. Int("4"), .. part,
            .. "tQ"u8, .. Int($"{offset}"), .. Ints(size), .. Ints(stride), 0x89, .. "ccollections\nOrderedDict\n)RtR"u8,
        ];
    }

    private static byte[] Ints(int[] items) => [(byte)'(', .. items.SelectMany(item => Int($"{item}")), (byte)'t'];

    private static byte[] Int(string number) => Encoding.ASCII.GetBytes($"I{number}\n");

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', (byte)bytes.Length, 0, 0, 0, .. bytes];
    }
}

using System.Text.Json;

namespace Torchkeep.Cli.Tests;

/// <summary>
/// Files of public reports, each with the right answer in a manifest. They lie beside the repository; without them the
/// tests are skipped and say so.
/// </summary>
public sealed class ReportsTests : IDisposable
{
    private const char Written = '@';

    private static readonly string _folder = Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "reports");

    private readonly string _output = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_output, recursive: true);

    // The case of the manifest, the verb with its arguments, the exit code, and what is said. @ is a file that one command
    // writes and the next reads.
    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "01st", "convert 01_strides.pth @a.safetensors", 2, "--copy-shared" },
        { "01st", "convert 01_strides.pth @a.safetensors --copy-shared && inspect @a.safetensors", 0, "4 tensors" },
        { "01st", "convert 68_reshaped.pt @b.safetensors --copy-shared && inspect @b.safetensors", 0, "tensors" },
        { "01st", "convert 40_neg.pt @c.safetensors --copy-shared && inspect @c.safetensors", 0, "3 tensors" },
        { "07", "convert 07_numpy_sd.pth @d.safetensors && inspect @d.safetensors", 0, "2 tensors, 8 parameters" },
        { "07", "convert 07_numpy_odd.pth @e.safetensors && inspect @e.safetensors", 0, "2 tensors, 8 parameters" },
        { "08", "inspect 08_unpacked/08_linear", 0, "2 tensors, 8 parameters" },
        { "08", "verify 08_unpacked/08_linear/data.pkl", 0, "whole" },
        { "09x", "inspect 09_rezip_extra_root.pth", 0, "2 tensors, 8 parameters" },
        { "10b", "convert 10_extra_none.pt @n.safetensors", 2, "--tensors-only" },
        { "10b", "convert 10_extra_none.pt @n.safetensors --tensors-only && inspect @n.safetensors", 0, "2 tensors, 8 parameters" },
        { "10b", "convert 10_extra_bytesio.pt @b.safetensors --tensors-only && inspect @b.safetensors", 0, "2 tensors, 8 parameters" },
        { "10b", "convert 11_empty_dict.pt @m.safetensors --exclude proc.empty && inspect @m.safetensors", 0, "2 tensors, 8 parameters" },
        { "10b", "convert 11_nested_sd.ckpt @s.safetensors --state-dict state_dict --tensors-only && inspect @s.safetensors", 0, "2 tensors, 8 parameters" },
        { "10s", "scan 10_extra_bytesio.pt", 0, "all harmless" },
        { "11", "inspect 11_nested_sd.ckpt", 0, "state_dict.weight" },
        { "11", "convert 11_nested_sd.ckpt @s.safetensors", 2, "--state-dict state_dict --tensors-only" },
        { "14x", "inspect 14_cyclic_113.pt", 2, "failed before it wrote the object" },
        { "17", "inspect 17_meta_number.safetensors", 2, "must be an object of texts, found a number" },
        { "17", "inspect 17_meta_nested.safetensors", 2, "must be an object of texts, found an object" },
        { "17", "inspect 17_trailing.safetensors", 2, "the tensors need 8 bytes, and 24 follow the header" },
        { "17", "inspect 17_hole.safetensors", 2, "no bytes may lie between them" },
        { "20", "inspect 20_xser.pt", 2, "20_xser.pt.tensors" },
        { "26", "convert 26_tied.pt @t.safetensors", 2, "--drop-shared" },
        { "26", "convert 26_tied.pt @t.safetensors --drop-shared && convert @t.safetensors @back.pt && inspect @back.pt", 0, "model.embed.weight  float32  [3, 2]  24 B  same tensor as lm_head.weight" },
        { "33", "convert 33_checkpoint.pth.tar @copy.pth.tar && inspect @copy.pth.tar", 0, "PyTorch zip archive" },
        { "33", "inspect 33_checkpoint.pth.tar", 0, "PyTorch zip archive" },
        { "33", "convert 33_checkpoint.pth.tar @copy.pth.tar --to zip && inspect @copy.pth.tar", 0, "PyTorch zip archive" },
        { "42", "inspect 42_several.pt", 0, "the first of 3 checkpoints" },
        { "42", "inspect 42_several.pt --index 3", 0, "i: 2" },
        { "42", "verify 42_several.pt", 0, "3 checkpoints" },
        { "42", "convert 42_several.pt @all.pt", 2, "say with --index which is meant, 1 to 3" },
        { "42", "convert 42_several.pt @second.pt --index 2 && inspect @second.pt", 0, "i: 1" },
        { "42n", "inspect 42_model.nemo", 2, "model_weights.ckpt" },
        { "42n", "inspect 42_model.nemo!model_weights.ckpt", 0, "tensor" },
        { "42n", "inspect 42_model.mar", 2, "42_model.mar!linear.pth" },
        { "42n", "inspect 42_model.mar!linear.pth", 0, "tensor" },
        { "42n", "inspect 42_linear.pth.gz", 0, "unpacked from gzip" },
        { "42n", "inspect 42_linear.pth.xz", 2, "xz -d" },
        { "43b", "inspect 43_onnx.pth", 2, "an ONNX model" },
        { "43b", "inspect 43_tflite.pth", 2, "a TensorFlow Lite model" },
        { "43b", "inspect 43_ggml.bin", 2, "a GGML model" },
        { "43b", "inspect 43_tf.ckpt.index", 2, "a TensorFlow checkpoint" },
        { "43b", "inspect f_ts.dat", 0, "TorchSharp's own file" },
        { "43b", "convert f_ts.dat @net.pth && inspect @net.pth", 0, "7 tensors, 17 parameters" },
        { "43b", "inspect f_opt.dat", 2, "TorchSharp's own optimizer Adam" },
        { "43b", "inspect 43_msgpack.bin", 2, "a file of MessagePack" },
        { "43m", "scan 43_msgpack.bin", 2, "a file of MessagePack" },
        { "43c", "inspect 43_crlf.pth", 2, "copied as text" },
        { "44z", "inspect 44_proto0.pt", 2, "pickle_protocol=0" },
        { "48", "inspect 48_cycle.pt", 0, "(above)" },
        { "48", "inspect 52_cycle_obj.pt", 0, "(above)" },
        { "48", "convert 48_cycle.pt @cycle.pt && verify @cycle.pt", 0, "every byte checked" },
        { "50", "scan 50_zip_z64.pth", 0, "clean" },
        { "50", "verify 50_zip_z64.pth", 0, "every byte checked" },
        { "50", "verify 50_sb3.zip", 2, "50_sb3.zip!policy.pth" },
        { "50", "verify 50_sb3.zip!policy.pth", 0, "every byte checked" },
        { "50", "scan z_3_11_7.zip", 0, "clean" },
        { "50", "scan z_3_13_0.zip", 0, "clean" },
        { "53", "inspect --modules 53_package.pt", 0, "Linear(in_features=3, out_features=2, bias=True)" },
        { "54b", "inspect 54_extra/model.safetensors.index.json", 2, "'extra', which the index does not name" },
        { "54b", "inspect 54_lacking/model.safetensors.index.json", 2, "which does not have it" },
        { "54b", "inspect 54_extra/model.safetensors.index.json", 2, "--ignore-unlisted" },
        { "54b", "inspect 54_extra/model.safetensors.index.json --ignore-unlisted", 0, "tensor" },
        { "59", "convert 59_od_subclass.pt @o.safetensors && inspect @o.safetensors", 0, "2 tensors, 8 parameters" },
        { "60", "convert 60_dtensor.pt @whole.safetensors && inspect @whole.safetensors", 0, "2 tensors, 8 parameters" },
        { "60", "inspect --modules 60_dtensor.pt", 0, "8 parameters" },
        { "61", "inspect --modules --model G_ema 61_stylegan.pkl", 0, "(fc): FullyConnectedLayer()" },
        { "61", "convert 61_stylegan.pkl @g.safetensors --state-dict G_ema && inspect @g.safetensors", 0, "fc.weight" },
        { "62", "verify 62_joblib.pkl", 0, "whole" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void TheAnswerIsThatOfTheManifest(string id, string command, int exitCode, string expected)
    {
        Assert.SkipUnless(Directory.Exists(_folder), $"there are no reports at {_folder}");
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "manifest.json")));
        Assert.Contains(manifest.RootElement.EnumerateArray(), row => row.GetProperty("id").GetString() == id);

        Outcome outcome = new(0, "", "");
        foreach (var step in command.Split(" && "))
        {
            Assert.True(outcome.ExitCode == 0, outcome.Error);
            outcome = CommandLine.Run([.. step.Split(' ').Select(PathOf)]);
        }

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(expected, outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    // A word with a point names a file, unless it is an option or a path in an object.
    private string PathOf(string word) => word switch
    {
        [Written, .. var name] => Path.Combine(_output, name),
        ['-', ..] or "proc.empty" => word,
        _ when word.Contains('.', StringComparison.Ordinal) || word.Contains('/', StringComparison.Ordinal) => Path.Combine(_folder, word),
        _ => word,
    };

    [Fact]
    public void EveryCaseOfSeveralSavesIsReachedByItsNumber()
    {
        Assert.SkipUnless(Directory.Exists(_folder), $"there are no reports at {_folder}");
        foreach (var (file, number, expected) in new[] { ("a10.pkl", 2, "zip"), ("a10legacy.pkl", 2, "legacy stream"), ("a11leg.bin", 2, "legacy stream"), ("a11leg.bin", 1, "pickle") })
        {
            var json = CommandLine.Run("inspect", Path.Combine(_folder, file), "--json", "--index", $"{number}").Json;

            Assert.Equal((expected, 2), (json.GetProperty("format").GetString(), json.GetProperty("checkpoints").GetInt32()));
        }
    }
}

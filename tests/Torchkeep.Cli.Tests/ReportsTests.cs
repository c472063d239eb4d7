using System.Text.Json;

namespace Torchkeep.Cli.Tests;

/// <summary>
/// Files of public reports, each with the right answer in a manifest. They lie beside the repository; without them the
/// tests are skipped and say so.
/// </summary>
public sealed class ReportsTests
{
    private static readonly string _folder = Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "reports");

    // The case of the manifest, the verb with its arguments, the exit code, and what is said.
    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "08", "inspect 08_unpacked/08_linear", 0, "2 tensors, 8 parameters" },
        { "08", "verify 08_unpacked/08_linear/data.pkl", 0, "whole" },
        { "09x", "inspect 09_rezip_extra_root.pth", 0, "2 tensors, 8 parameters" },
        { "14x", "inspect 14_cyclic_113.pt", 2, "failed before it wrote the object" },
        { "20", "inspect 20_xser.pt", 2, "20_xser.pt.tensors" },
        { "42", "inspect 42_several.pt", 0, "the first of 3 checkpoints" },
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
        { "43b", "inspect 43_msgpack.bin", 2, "a file of MessagePack" },
        { "43c", "inspect 43_crlf.pth", 2, "copied as text" },
        { "44z", "inspect 44_proto0.pt", 2, "pickle_protocol=0" },
        { "50", "verify 50_zip_z64.pth", 0, "every byte checked" },
        { "50", "verify 50_sb3.zip", 2, "50_sb3.zip!policy.pth" },
        { "50", "verify 50_sb3.zip!policy.pth", 0, "every byte checked" },
        { "50", "scan z_3_11_7.zip", 0, "clean" },
        { "50", "scan z_3_13_0.zip", 0, "clean" },
        { "53", "inspect --modules 53_package.pt", 0, "Linear(in_features=3, out_features=2, bias=True)" },
        { "60", "inspect --modules 60_dtensor.pt", 0, "8 parameters" },
        { "61", "inspect --modules --model G_ema 61_stylegan.pkl", 0, "(fc): FullyConnectedLayer()" },
        { "62", "verify 62_joblib.pkl", 0, "whole" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void TheAnswerIsThatOfTheManifest(string id, string command, int exitCode, string expected)
    {
        Assert.SkipUnless(Directory.Exists(_folder), $"there are no reports at {_folder}");
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "manifest.json")));
        Assert.SkipUnless(id == "14x" || manifest.RootElement.EnumerateArray().Any(row => row.GetProperty("id").GetString() == id), $"the manifest has no case {id}");

        var words = command.Split(' ');
        var outcome = CommandLine.Run([.. words.Select(word => word[0] == '-' || word == words[0] || word == "G_ema" ? word : Path.Combine(_folder, word))]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(expected, outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

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

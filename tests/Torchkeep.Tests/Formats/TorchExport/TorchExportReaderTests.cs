using System.Globalization;
using System.Text;
using Torchkeep.Tests.Formats.TorchScript;
using Torchkeep.Tests.Formats.TorchZip;
using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Formats.TorchExport;

/// <summary>Exported programs, and what can be wrong with them.</summary>
public sealed class TorchExportReaderTests
{
    private static readonly RawRecord[] _records =
    [
        new("m/data/weights/weight_0", ScriptArchive.Floats(1, 2, 3, 4)),
        new("m/data/weights/model_weights_config.json", Config(("lin.weight", Payload("weight_0", isParameter: true)), ("view", Payload("weight_0", offset: 1)))),
        new("m/data/constants/tensor_0", ScriptArchive.Floats(5, 6)),
        new("m/data/constants/model_constants_config.json", Config(("lifted", Payload("tensor_0")))),
        new("m/data/sample_inputs/model.pt", Saved.ToBytes(new PyTuple(new PyTuple(TensorView.FromArray(new float[] { 7 }, ElementType.Float32, 1)), new PyDict()))),
        new("m/models/model.json", "{}"u8.ToArray()),
        new("m/archive_format", "pt2"u8.ToArray()),
        new("m/.data/version", "6\n"u8.ToArray()),
        new("m/byteorder", "little"u8.ToArray()),
    ];

    internal static byte[] Small => With();

    [Fact]
    public void WeightsConstantsAndInputsAreReadWhereTheyLie()
    {
        using var checkpoint = Checkpoint.Open(With());
        Assert.Equal(CheckpointFormat.TorchExport, checkpoint.Format);
        Assert.Equal(["$", "constants", "sample_inputs"], checkpoint.Roots.Select(root => root.Path));
        Assert.Equal(["lin.weight", "view", "constants.lifted", "sample_inputs.0.0"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([2, 3], checkpoint.FindTensor("view").ToArray<float>());
        Assert.Equal([5, 6], checkpoint.FindTensor("constants['lifted']").ToArray<float>());
        Assert.Equal([7], checkpoint.FindTensor("sample_inputs.0.0").ToArray<float>());
        Assert.Same(checkpoint["lin.weight"].AsTensor().Storage, checkpoint["view"].AsTensor().Storage);
        Assert.Same(checkpoint.Root, checkpoint.FindStateDict());
    }

    [Fact]
    public void SeveralProgramsAreToldByTheirNames()
    {
        using var checkpoint = Checkpoint.Open(With(
            new("m/models/other.json", "{}"u8.ToArray()),
            new("m/data/weights/other_weights_config.json", Config(("bias", Payload("weight_0"))))));
        Assert.Equal(["lin.weight", "view"], checkpoint.FindStateDict().Select(entry => entry.Key.AsString()));
        Assert.Equal("bias", Assert.Single(checkpoint.FindStateDict("other")).Key.AsString());
        Assert.Equal([5, 6], checkpoint.FindTensor("constants.model.lifted").ToArray<float>());
    }

    [Fact]
    public void APickledPayloadIsAFileOfItsOwn()
    {
        var pickled = Saved.ToBytes(TensorView.FromArray(new float[] { 8 }, ElementType.Float32, 1));
        using var checkpoint = Checkpoint.Open(With(
            new("m/data/weights/weight_1", pickled),
            new("m/data/weights/model_weights_config.json", Config(("a", """{"path_name": "weight_1", "is_param": false, "use_pickle": true, "tensor_meta": null}""")))));
        Assert.Equal([8], checkpoint.FindTensor("a").ToArray<float>());
    }

    [Fact]
    public void AnObjectOfAnotherKindIsKeptAsBytes()
    {
        using var checkpoint = Checkpoint.Open(With(
            new("m/data/constants/custom_obj_0", [1, 2, 3]),
            new("m/data/constants/model_constants_config.json", Config(("obj", """{"path_name": "custom_obj_0", "is_param": false, "use_pickle": true, "tensor_meta": null}""")))));
        Assert.Equal(3, Assert.IsType<PyStorage>(checkpoint.Roots[1].Value["obj"]).Storage.ByteLength);
    }

    [Fact]
    public void TheEarlyLayoutHoldsThreeFiles()
    {
        var state = Saved.ToBytes(new PyDict(isOrdered: true) { ["w"] = TensorView.FromArray(new float[] { 1 }, ElementType.Float32, 1) });
        using var checkpoint = Checkpoint.Open(new RawZip(
            new("serialized_exported_program.json", "{}"u8.ToArray()),
            new("serialized_state_dict.pt", state),
            new("serialized_constants.pt", Saved.ToBytes(new PyDict { ["c"] = TensorView.FromArray(new float[] { 2 }, ElementType.Float32, 1) })),
            new("serialized_example_inputs.pt", Saved.ToBytes(new PyTuple(new PyTuple(), new PyDict()))),
            new("version", "8.2"u8.ToArray())).Build());
        Assert.Equal(CheckpointFormat.TorchExport, checkpoint.Format);
        Assert.Equal("w", Assert.Single(checkpoint.FindStateDict()).Key.AsString());
        Assert.Equal([2], checkpoint.FindTensor("constants.c").ToArray<float>());
    }

    [Fact]
    public void OpeningReadsNoTensor()
    {
        var early = new RawZip(
            new("serialized_state_dict.pt", Saved.ToBytes(new PyDict { ["w"] = TensorView.FromArray(new float[1 << 20], ElementType.Float32, 1 << 20) })),
            new("version", "8.2"u8.ToArray())).Build();
        var large = With(new RawRecord("m/data/weights/weight_0", new byte[4 << 20]));
        foreach (var file in new[] { early, large })
        {
            var source = new CountingByteSource(file);
            using var checkpoint = Checkpoint.Open(source);
            _ = checkpoint.FindStateDict();
            Assert.InRange(source.BytesRead, 1, 300_000);
        }
    }

    [Theory]
    [InlineData("m/archive_format", "onnx", "only 'pt2' is read")]
    [InlineData("m/data/weights/model_weights_config.json", "[1", "not the JSON")]
    [InlineData("m/data/weights/model_weights_config.json", "{}", "$.config should be an object, and is missing")]
    [InlineData("m/data/weights/model_weights_config.json", """{"config": {"a": {"path_name": 1}}}""", "$.config.a.path_name should be a text, and is 1")]
    [InlineData("m/data/weights/model_weights_config.json", """{"config": {"a": {}, "a": {}}}""", "not the JSON")]
    [InlineData("m/data/sample_inputs/model.pt", "no zip", "record 'm/data/sample_inputs/model.pt'")]
    public void AWrongRecordIsNamed(string record, string text, string expected)
    {
        var error = Assert.ThrowsAny<CheckpointException>(() => Checkpoint.Open(With(new RawRecord(record, Encoding.UTF8.GetBytes(text)))));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(record, error.Record);
    }

    [Theory]
    [InlineData("\"dtype\": 7", "\"dtype\": 99", "dtype should be the number of a dtype, and is 99")]
    [InlineData("\"dtype\": 7", "\"dtype\": 99999999999999999999", "an integer of 64 bits")]
    [InlineData("\"layout\": 7", "\"layout\": 2", "layout should be 7")]
    [InlineData("{\"as_int\": 2}", "{\"as_expr\": \"s0\"}", "sizes[0].as_int should be an integer of 64 bits, and is missing")]
    [InlineData("{\"as_int\": 2}", "{\"as_int\": 9000000000000000000}", "64 bits can count")]
    [InlineData("{\"as_int\": 2}", "{\"as_int\": 5}", "leaves its storage")]
    [InlineData("\"storage_offset\": {\"as_int\": 0}", "\"storage_offset\": {\"as_int\": -1}", "negative storage offset")]
    [InlineData("weight_0", "../../../etc/passwd", "no such record")]
    [InlineData("weight_0", "weight_1", "no such record")]
    public void ALieInTheDescriptionIsNamed(string truth, string lie, string expected)
    {
        var config = Encoding.UTF8.GetString(Config(("lin.weight", Payload("weight_0"))));
        Assert.Contains(truth, config, StringComparison.Ordinal);
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(With(
            new RawRecord("m/data/weights/model_weights_config.json", Encoding.UTF8.GetBytes(config.Replace(truth, lie, StringComparison.Ordinal))))));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("m/data/weights/", error.Record, StringComparison.Ordinal);
    }

    [Fact]
    public void AProgramWithoutWeightsIsRefusedByName()
    {
        var compiled = new RawZip([.. _records.Where(record => !record.Name.StartsWith("m/models/", StringComparison.Ordinal))]).Build();
        Assert.Contains("AOTInductor", Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(compiled)).Message, StringComparison.Ordinal);
        var lost = new RawZip([.. _records.Where(record => !record.Name.EndsWith("weights_config.json", StringComparison.Ordinal))]).Build();
        Assert.Equal("m/data/weights/model_weights_config.json", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(lost)).Record);
    }

    internal static byte[] With(params RawRecord[] records) =>
        new RawZip([.. _records.Where(old => records.All(record => record.Name != old.Name)), .. records]).Build();

    private static byte[] Config(params (string Name, string Payload)[] payloads) =>
        Encoding.UTF8.GetBytes($"{{\"config\": {{{string.Join(", ", payloads.Select(payload => $"\"{payload.Name}\": {payload.Payload}"))}}}}}");

    private static string Payload(string key, bool isParameter = false, int offset = 0) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"path_name": "{{{key}}}", "is_param": {{{(isParameter ? "true" : "false")}}}, "use_pickle": false, "tensor_meta": {"dtype": 7, "sizes": [{"as_int": 2}],
         "requires_grad": {{{(isParameter ? "true" : "false")}}}, "device": {"type": "cpu", "index": null}, "strides": [{"as_int": 1}],
         "storage_offset": {"as_int": {{{offset}}}}, "layout": 7}}
        """);
}

using System.Text;
using Torchkeep.Tests.Formats.TorchZip;

namespace Torchkeep.Tests.Formats.TorchScript;

/// <summary>Archives before PyTorch 1.4, which model.json describes.</summary>
public sealed class ScriptModelReaderTests
{
    private const string Tensors = """
        "tensors": [
          {"dims": ["2"], "offset": "0", "strides": ["1"], "requiresGrad": true, "dataType": "FLOAT", "data": {"key": "tensors/0"}, "device": "cpu"},
          {"dims": ["2"], "offset": "1", "strides": ["1"], "dataType": "FLOAT", "data": {"key": "tensors/1"}, "device": "cpu"},
          {"dims": ["2", "2"], "offset": "0", "strides": ["1", "2"], "dataType": "FLOAT", "data": {"key": "tensors/1"}, "device": "cuda:0"},
          {"dims": [2], "strides": [1], "data_type": "UINT8", "isQuantized": true, "scale": 0.5, "zeroPoint": "3", "data": {"key": "tensors/2"}, "device": "cpu"}]
        """;

    private const string Modules = """
        "mainModule": {"name": "net", "optimize": true,
          "submodules": [
            {"name": "b", "parameters": [{"isBuffer": true, "tensorId": "2", "name": "mean"}, {"tensor_id": 1, "name": "w"}]},
            {"name": "a", "submodules": [{"name": "deep", "parameters": [{"name": "first"}]}]}],
          "parameters": [{"isBuffer": true, "tensorId": "3", "name": "packed"}, {"isBuffer": false, "tensorId": "0", "name": "w"}],
          "attributes": [{"type": "int", "name": "n", "id": "0"}]}
        """;

    [Fact]
    public void TheTreeGivesNamesToTheTensors()
    {
        using var checkpoint = Checkpoint.Open(Archive($"{{{Modules}, {Tensors}}}"));
        Assert.Equal(CheckpointFormat.TorchScript, checkpoint.Format);
        var state = checkpoint.FindStateDict();
        Assert.Equal(["w", "packed", "b.w", "b.mean", "a.deep.first"], state.Select(entry => entry.Key.AsString()));
        Assert.Equal([1, 2], state["w"].AsTensor().ToArray<float>());
        Assert.Equal([4, 5], state["b.w"].AsTensor().ToArray<float>());
        Assert.Equal([3, 5, 4, 6], state["b.mean"].AsTensor().ToArray<float>());
        Assert.False(Assert.IsType<PyQuantizedTensor>(state["packed"]).IsPerChannel);
        Assert.Same(state["b.w"].AsTensor().Storage, state["b.mean"].AsTensor().Storage);
        Assert.Equal(state.Select(entry => entry.Key), checkpoint.FindStateDict("$").Select(entry => entry.Key));
    }

    [Fact]
    public void TheModuleHasTheSameTree()
    {
        using var checkpoint = Checkpoint.Open(Archive($"{{{Modules}, {Tensors}}}"));

        var module = checkpoint.FindModule()!;

        Assert.Equal(["", "b", "a", "a.deep"], module.Walk().Select(entry => entry.Path));
        Assert.Equal(["w"], module.Parameters.Keys);
        Assert.Equal(["w"], module.Children["b"]!.Parameters.Keys);
        Assert.Equal(["mean"], module.Children["b"]!.Buffers.Keys);
    }

    [Fact]
    public void TheTensorsAreListedInTheirOrder()
    {
        using var checkpoint = Checkpoint.Open(Archive($"{{{Modules}, {Tensors}}}"));
        Assert.Equal(["$['model.json tensors'][0]", "$['model.json tensors'][1]", "$['model.json tensors'][2]", "$['model.json tensors'][3].int_repr"], checkpoint.Tensors.Select(tensor => tensor.Path));
        Assert.True(checkpoint.Tensors[0].Value.RequiresGrad);
    }

    [Fact]
    public void NestingCostsNoStack()
    {
        const int Depth = 3500;
        var json = new StringBuilder("""{"mainModule": """);
        json.Insert(json.Length, """{"name": "m", "submodules": [""", Depth).Append("""{"name": "m", "parameters": [{"name": "w"}]}""").Insert(json.Length, "]}", Depth);
        using var checkpoint = Checkpoint.Open(Archive($"{json}, {Tensors}}}"));
        Assert.Equal((2 * Depth) + 1, Assert.Single(checkpoint.FindStateDict()).Key.AsString().Length);
    }

    [Fact]
    public void AModuleThatOnlyItsCodeCouldRestoreIsRefused()
    {
        using var checkpoint = Checkpoint.Open(Archive("""{"mainModule": {"name": "net", "submodules": [{"name": "fc", "getStateAttributeId": "0"}]}}"""));
        Assert.Equal("fc", Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.FindStateDict()).TensorName);
    }

    [Theory]
    [InlineData("{", "not the JSON")]
    [InlineData("""{"mainModule": {}, "mainModule": {}}""", "not the JSON")]
    [InlineData("""{"mainModule": {"parameters": [{"name": "w", "tensorId": "4"}]}}""", "$.mainModule.parameters[0].tensorId should be a number below 0")]
    [InlineData("""{"mainModule": {"parameters": [{"name": "w", "tensorId": "-1"}]}}""", "a number below 0")]
    [InlineData("""{"mainModule": {"parameters": {}}}""", "$.mainModule.parameters should be a list")]
    [InlineData("""{"mainModule": {"name": 3}}""", "$.mainModule.name should be a text, and is 3")]
    [InlineData("""{"tensors": [{"dataType": "STRING"}]}""", "$.tensors[0].dataType should be one of FLOAT")]
    [InlineData("""{"tensors": [{"data": {"key": "tensors/0"}}]}""", "$.tensors[0].device should be a text, and is missing")]
    [InlineData("""{"tensors": [{"data": {"key": "tensors/0"}, "device": "cpu", "dims": ["x"]}]}""", "an integer of 64 bits")]
    [InlineData("""{"tensors": [{"data": {"key": "tensors/0"}, "device": "cpu", "dims": ["3"], "strides": ["1"]}]}""", "leaves its storage")]
    [InlineData("""{"tensors": [{"data": {"key": "tensors/0"}, "device": "cpu", "dims": ["9223372036854775807", "9"], "strides": ["0", "0"]}]}""", "64 bits can count")]
    [InlineData("""{"tensors": [{"data": {"key": "tensors/0"}, "device": "cpu", "dims": ["1"], "strides": ["1"], "offset": "-1"}]}""", "negative")]
    [InlineData("""{"tensors": [{"data": {"key": "../../secret"}, "device": "cpu"}]}""", "no such record")]
    public void WhatTheDescriptionGetsWrongIsNamed(string json, string expected)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Archive(json)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("net/", error.Record, StringComparison.Ordinal);
    }

    private static byte[] Archive(string json) => new RawZip(
        new("net/version", "1\n"u8.ToArray()),
        new("net/tensors/0", ScriptArchive.Floats(1, 2)),
        new("net/tensors/1", ScriptArchive.Floats(3, 4, 5, 6)),
        new("net/tensors/2", [7, 8]),
        RawRecord.Deflated("net/model.json", Encoding.UTF8.GetBytes(json))).Build();
}

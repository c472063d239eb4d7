using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Overloads;

/// <summary>That torch.load with anything besides the path means Torchkeep's; the type of what it returns says so at compile time.</summary>
public sealed class LoadOverloadTests : IDisposable
{
    private static readonly Dictionary<string, string> _table = new() { ["cuda:1"] = "cpu" };

    private static readonly Dictionary<string, Func<string, LoadedCheckpoint>> _pathCalls = new()
    {
        ["torch.load(path, weights_only: true)"] = path => torch.load(path, weights_only: true),
        ["torch.load(path, weights_only: false)"] = path => torch.load(path, weights_only: false),
        ["torch.load(path, true)"] = path => torch.load(path, true),
        ["torch.load(path, map_location: \"cpu\")"] = path => torch.load(path, map_location: "cpu"),
        ["torch.load(path, \"cpu\")"] = path => torch.load(path, "cpu"),
        ["torch.load(path, map_location: torch.CPU)"] = path => torch.load(path, map_location: CPU),
        ["torch.load(path, map_location: torch.device(\"cpu\"))"] = path => torch.load(path, map_location: device("cpu")),
        ["torch.load(path, map_location: table)"] = path => torch.load(path, map_location: _table),
        ["torch.load(path, map_location: tag => torch.CPU)"] = path => torch.load(path, map_location: tag => CPU),
        ["torch.load(path, map_location: tag => \"cpu\")"] = path => torch.load(path, map_location: tag => "cpu"),
        ["torch.load(path, map_location: default)"] = path => torch.load(path, map_location: default),
        ["torch.load(path, map_location: tag => null)"] = path => torch.load(path, map_location: tag => null),
        ["torch.load(path, weights_only: true, map_location: \"cpu\")"] = path => torch.load(path, weights_only: true, map_location: "cpu"),
        ["torch.load(path, map_location: \"cpu\", weights_only: true)"] = path => torch.load(path, map_location: "cpu", weights_only: true),
        ["torch.load(path, map_location: torch.CPU, weights_only: true)"] = path => torch.load(path, map_location: CPU, weights_only: true),
        ["torch.load(path, map_location: table, weights_only: true)"] = path => torch.load(path, map_location: _table, weights_only: true),
        ["torch.load(path, map_location: tag => torch.CPU, weights_only: true)"] = path => torch.load(path, map_location: tag => CPU, weights_only: true),
        ["torch.load(path, mmap: true)"] = path => torch.load(path, mmap: true),
        ["torch.load(path, weights_only: true, mmap: true)"] = path => torch.load(path, weights_only: true, mmap: true),
        ["torch.load(path, map_location: \"cpu\", mmap: true)"] = path => torch.load(path, map_location: "cpu", mmap: true),
        ["torch.load_checkpoint(path)"] = path => torch.load_checkpoint(path),
        ["torch.load_checkpoint(path, \"cpu\")"] = path => torch.load_checkpoint(path, "cpu"),
        ["torch.load_checkpoint(path, map_location: torch.CPU)"] = path => torch.load_checkpoint(path, map_location: CPU),
        ["torch.load_checkpoint(path, map_location: new(tag => null))"] = path => torch.load_checkpoint(path, map_location: new(tag => null)),
        ["torch.load_checkpoint(path, options: ...)"] = path => torch.load_checkpoint(path, options: new() { VerifyChecksums = false }),
        ["TorchExtensions.load(path, weights_only: true)"] = path => TorchExtensions.load(path, weights_only: true),
    };

    private static readonly Dictionary<string, Func<Stream, LoadedCheckpoint>> _streamCalls = new()
    {
        ["torch.load(stream)"] = stream => torch.load(stream),
        ["torch.load(stream, weights_only: true)"] = stream => torch.load(stream, weights_only: true),
        ["torch.load(stream, map_location: \"cpu\")"] = stream => torch.load(stream, map_location: "cpu"),
        ["torch.load(stream, map_location: torch.CPU)"] = stream => torch.load(stream, map_location: CPU),
        ["torch.load(stream, map_location: table)"] = stream => torch.load(stream, map_location: _table),
        ["torch.load_checkpoint(stream)"] = stream => torch.load_checkpoint(stream),
    };

    private readonly TemporaryFolder _folder = new();

    public LoadOverloadTests() => torch.save_checkpoint(tensor(new[] { 1f, 2f }), _folder["saved.pt"]);

    public static TheoryData<string> PathCalls => [.. _pathCalls.Keys];

    public static TheoryData<string> StreamCalls => [.. _streamCalls.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(PathCalls))]
    public void ALoadFromAPathReadsPyTorchsFile(string call)
    {
        using var loaded = _pathCalls[call](_folder["saved.pt"]);

        Assert.Equal([1f, 2f], loaded.tensor().data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(StreamCalls))]
    public void ALoadFromAStreamReadsPyTorchsFile(string call)
    {
        using var stream = File.OpenRead(_folder["saved.pt"]);
        using var loaded = _streamCalls[call](stream);

        Assert.Equal([1f, 2f], loaded.tensor().data<float>().ToArray());
    }

    [Fact]
    public void APathAloneIsTorchSharpsAndReadsNoPyTorchFile()
    {
        Func<string, Tensor> load = path => torch.load(path);

        var error = Assert.Throws<ExternalException>(() => load(_folder["saved.pt"]));
        Assert.Contains("constants.pkl", error.Message, StringComparison.Ordinal);
    }
}

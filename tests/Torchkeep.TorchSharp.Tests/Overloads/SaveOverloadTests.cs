using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Overloads;

/// <summary>That every way to write torch.save but one means Torchkeep's, whose files PyTorch reads.</summary>
public sealed class SaveOverloadTests : IDisposable
{
    private static readonly Dictionary<string, Tensor> _dictionary = new() { ["weight"] = ones(2) };
    private static readonly List<Tensor> _list = [ones(2)];
    private static readonly Tensor[] _array = [ones(2)];
    private static readonly Dictionary<string, object> _nested = new() { ["epoch"] = 3, ["model"] = _dictionary };
    private static readonly nn.Module _model = nn.Linear(2, 2);

    private static readonly Dictionary<string, (Action<string> Save, string Root)> _pathCalls = new()
    {
        ["torch.save(model.state_dict(keep_vars: false), path)"] = (path => torch.save(_model.state_dict(keep_vars: false), path), "OrderedDict"),
        ["torch.save(model.state_dict(), path)"] = (path => torch.save(_model.state_dict(), path), "dict"),
        ["torch.save(dictionary, path)"] = (path => torch.save(_dictionary, path), "dict"),
        ["torch.save(list, path)"] = (path => torch.save(_list, path), "list"),
        ["torch.save(array, path)"] = (path => torch.save(_array, path), "list"),
        ["torch.save(numbers, path)"] = (path => torch.save(new List<int> { 1, 2 }, path), "list"),
        ["torch.save(names, path)"] = (path => torch.save(new[] { "a", "b" }, path), "list"),
        ["torch.save(nested, path)"] = (path => torch.save(_nested, path), "dict"),
        ["torch.save(new Dictionary { ... }, path)"] = (path => torch.save(new Dictionary<string, object?> { ["loss"] = 0.5, ["nothing"] = null }, path), "dict"),
        ["torch.save(obj: dictionary, f: path)"] = (path => torch.save(obj: _dictionary, f: path), "dict"),
        ["torch.save_checkpoint(tensor, path)"] = (path => torch.save_checkpoint(ones(2), path), "Tensor"),
        ["torch.save_checkpoint((1, tensor), path)"] = (path => torch.save_checkpoint((1, ones(2)), path), "tuple"),
        ["torch.save_checkpoint(3, path, progress: ...)"] = (path => torch.save_checkpoint(3, path, progress: null), "int"),
        ["torch.save(tensor, path, _use_new_zipfile_serialization: true)"] = (path => torch.save(ones(2), path, _use_new_zipfile_serialization: true), "Tensor"),
        ["torch.save(3, path, _use_new_zipfile_serialization: true)"] = (path => torch.save(3, path, _use_new_zipfile_serialization: true), "int"),
        ["TorchExtensions.save(dictionary, path)"] = (path => TorchExtensions.save(_dictionary, path), "dict"),
    };

    private static readonly Dictionary<string, (Action<Stream> Save, string Root)> _streamCalls = new()
    {
        ["torch.save(model.state_dict(keep_vars: false), stream)"] = (stream => torch.save(_model.state_dict(keep_vars: false), stream), "OrderedDict"),
        ["torch.save(model.state_dict(), stream)"] = (stream => torch.save(_model.state_dict(), stream), "dict"),
        ["torch.save(dictionary, stream)"] = (stream => torch.save(_dictionary, stream), "dict"),
        ["torch.save(list, stream)"] = (stream => torch.save(_list, stream), "list"),
        ["torch.save(array, stream)"] = (stream => torch.save(_array, stream), "list"),
        ["torch.save(numbers, stream)"] = (stream => torch.save(new[] { 1, 2 }, stream), "list"),
        ["torch.save(nested, stream)"] = (stream => torch.save(_nested, stream), "dict"),
        ["torch.save_checkpoint(tensor, stream)"] = (stream => torch.save_checkpoint(ones(2), stream), "Tensor"),
    };

    // Pinned, so that a TorchSharp that does otherwise is noticed. Its conversions to Tensor take part.
    private static readonly Dictionary<string, Action<string>> _torchScriptCalls = new()
    {
        ["torch.save(tensor, path)"] = path => torch.save(ones(2), path),
        ["torch.save(parameter, path)"] = path => torch.save(new Parameter(ones(2)), path),
        ["torch.save(3, path)"] = path => torch.save(3, path),
        ["torch.save(0.5, path)"] = path => torch.save(0.5, path),
        ["torch.save((1, 2), path)"] = path => torch.save((1, 2), path),
        ["torch.save(new[] { 0.5f }, path)"] = path => torch.save(new[] { 0.5f }, path),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> PathCalls => [.. _pathCalls.Keys];

    public static TheoryData<string> StreamCalls => [.. _streamCalls.Keys];

    public static TheoryData<string> TorchScriptCalls => [.. _torchScriptCalls.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(PathCalls))]
    public void ASaveToAPathIsPyTorchsFile(string call)
    {
        _pathCalls[call].Save(_folder["saved.pt"]);

        using var saved = Checkpoint.Open(_folder["saved.pt"]);
        Assert.Equal(_pathCalls[call].Root, saved.Root.TypeName);
    }

    [Theory]
    [MemberData(nameof(StreamCalls))]
    public void ASaveToAStreamIsPyTorchsFile(string call)
    {
        var stream = new MemoryStream();

        _streamCalls[call].Save(stream);

        using var saved = Checkpoint.Open(stream.ToArray());
        Assert.Equal(_streamCalls[call].Root, saved.Root.TypeName);
    }

    [Theory]
    [MemberData(nameof(TorchScriptCalls))]
    public void ATensorOrWhatTorchSharpMakesOneOfGoesToAPathAsTorchScript(string call)
    {
        _torchScriptCalls[call](_folder["script.pt"]);

        using var written = Checkpoint.Open(_folder["script.pt"]);
        Assert.Equal(CheckpointFormat.TorchScript, written.Format);
    }

    [Fact]
    public void TheStreamOfBefore16IsWrittenWhenAskedFor()
    {
        var path = _folder["stream.pt"];
        torch.save(_model.state_dict(keep_vars: false), path, _use_new_zipfile_serialization: false);
        using var stream = new MemoryStream();
        torch.save(ones(2), stream, _use_new_zipfile_serialization: false);
        using var loaded = torch.load(path, weights_only: true);
        using var checkpoint = Checkpoint.Open(path);
        using var tensor = Checkpoint.Open(stream.ToArray());

        Assert.Empty(nn.Linear(2, 2).load_state_dict(loaded).missing_keys);
        Assert.Equal((CheckpointFormat.TorchLegacy, CheckpointFormat.TorchLegacy), (checkpoint.Format, tensor.Format));
        Assert.Equal([1, 1], tensor.Root.AsTensor().ToArray<float>());
    }
}

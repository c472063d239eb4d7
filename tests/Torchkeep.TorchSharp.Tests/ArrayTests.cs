using System.Security.Cryptography;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Arrays of NumPy are taken for tensors, however they were pickled.</summary>
public sealed class ArrayTests
{
    private static readonly string[] _versions = ["1.13", "2.14"];

    public static TheoryData<string, string> Files =>
        [.. from version in _versions from name in new[] { "arrays2.pt", "arrays5.pt", "arrays2.pkl", "arrays5.pkl" } select (version, name)];

    public static TheoryData<string, int> Protocols => [.. from version in _versions from protocol in new[] { 2, 5 } select (version, protocol)];

    [Theory, MemberData(nameof(Files))]
    public void TheyHoldWhatPythonHas(string version, string name)
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Repository.Keys(version, "truth.json")));
        using var loaded = torch.load(Repository.Keys(version, name), weights_only: true);
        var state = loaded.state_dict();

        Assert.Equal(truth.RootElement.GetProperty("arrays").EnumerateObject().Select(row => row.Name), state.Keys);
        foreach (var row in truth.RootElement.GetProperty("arrays").EnumerateObject())
        {
            foreach (var tensor in new[] { state[row.Name], loaded[row.Name].tensor() })
            {
                Assert.Equal(row.Value[0].GetString(), NameOf(tensor.dtype));
                Assert.Equal(row.Value[1].EnumerateArray().Select(size => size.GetInt64()), tensor.shape);
                Assert.Equal(row.Value[2].GetString(), Convert.ToHexStringLower(SHA256.HashData(Bits.Of(tensor))));
            }
        }

        // One array in two places is one tensor.
        state["weight"].fill_(9);
        Assert.Equal(9f, state["tied"][0, 0].item<float>());
    }

    [Theory, MemberData(nameof(Protocols))]
    public void TheyLoadIntoAModel(string version, int protocol)
    {
        using var loaded = torch.load(Repository.Keys(version, $"linear{protocol}.pt"), weights_only: true);
        using Tensor weight = arange(6, dtype: float32).reshape(2, 3), bias = tensor(new[] { 1f, -1f });
        using var strict = nn.Linear(3, 2);
        using var assigned = nn.Linear(3, 2);
        using var warm = nn.Linear(3, 2);

        strict.load_state_dict(loaded["model"]);
        assigned.load_state_dict(loaded["model"], assign: true);
        var report = warm.warm_start(loaded["model"]);

        Assert.Equal(["weight", "bias"], report.applied);
        Assert.All(new[] { strict, assigned, warm }, model =>
        {
            Assert.Equal(Bits.Of(weight), Bits.Of(model.weight!));
            Assert.Equal(Bits.Of(bias), Bits.Of(model.bias!));
        });
    }

    [Theory, MemberData(nameof(Protocols))]
    public void WhatNoTensorCanHoldIsRefusedByName(string version, int protocol)
    {
        using var loaded = torch.load(Repository.Keys(version, $"no_tensors{protocol}.pt"), weights_only: true);
        using var model = nn.Linear(3, 2);
        Dictionary<string, string> expected = new()
        {
            ["text"] = "numpy.ndarray of <U2, which no tensor can hold",
            ["parts"] = "numpy.ndarray of |V12 (x, y), which no tensor can hold",
            ["dates"] = "numpy.ndarray of <M8[D], which no tensor can hold",
            ["objects"] = "numpy.ndarray of |O, which no tensor can hold",
        };
        foreach (var (name, text) in expected)
        {
            Assert.Equal($"['{name}']: expected a tensor, found {text}", Assert.Throws<InvalidOperationException>(() => loaded[name].tensor()).Message);
        }

        Assert.StartsWith("['number']: expected a tensor, found ", Assert.Throws<InvalidOperationException>(() => loaded["number"].tensor()).Message, StringComparison.Ordinal);
        var wrong = torch.load(Repository.Keys(version, $"no_tensors{protocol}.pt"), weights_only: true);
        Assert.Contains("\"text\"", Assert.Throws<StateDictException>(() => model.load_state_dict(wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfPublicReports()
    {
        using var loaded = torch.load(Repository.Report("07_numpy_sd.pth"), weights_only: true);
        using var odd = torch.load(Repository.Report("07_numpy_odd.pth"), weights_only: true);
        Assert.All([loaded, odd], file => Assert.Contains(file.keys(), key => file[key].value.TryAsArray(out _)));
        var weight = loaded["weight"].tensor();
        using var model = nn.Linear(weight.shape[1], weight.shape[0]);

        model.load_state_dict(loaded);

        Assert.Equal(Bits.Of(weight), Bits.Of(model.weight!));
    }

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        ScalarType.ComplexFloat32 => "complex64",
        _ => type.ToString().ToLowerInvariant(),
    };
}

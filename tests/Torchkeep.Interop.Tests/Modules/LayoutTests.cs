using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Tensors of a file and parameters may lie in memory in any way; a load writes the elements of the parameter and nothing beside them.</summary>
public sealed class LayoutTests : TorchSharpTests
{
    private const float Untouched = 9;

    /// <summary>Views of the shape that modules.py's layouts have.</summary>
    private static readonly Dictionary<string, Func<Tensor>> _targets = new()
    {
        ["contiguous"] = () => empty(2, 3, 4, 5),
        ["permuted"] = () => empty(5, 4, 3, 2).permute(3, 2, 1, 0),
        ["channels last"] = () => empty(2, 4, 5, 3).permute(0, 3, 1, 2),
        ["every second"] = () => empty(2, 3, 4, 10).as_strided([2, 3, 4, 5], [120, 40, 10, 2], 1),
        ["columns"] = () => empty(2, 3, 4, 7).narrow(3, 1, 5),
        ["rows"] = () => empty(6, 3, 4, 5).narrow(0, 3, 2),
    };

    public static TheoryData<string, string, string> Rows =>
    [
        .. from interpreter in Interpreters.Names
           from target in _targets.Keys
           from type in new[] { "float32", "float64" }
           select new TheoryDataRow<string, string, string>(interpreter, target, type),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void AnyIntoAny(string interpreter, string target, string type)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        using var scope = NewDisposeScope();
        var layouts = judge.RunModules(folder, $"lines = save_layouts(torch.{type})");
        using var expected = torch.load_checkpoint(folder["expected.pt"]);
        var view = _targets[target]();
        var strides = view.stride();
        using var parameter = nn.Parameter(view);
        Assert.Equal(strides, parameter.stride());
        using var module = nn.ParameterList(parameter);
        using var noGradients = no_grad();
        var whole = parameter.as_strided([parameter.storage<float>().Count], [1], 0);

        foreach (var layout in layouts)
        {
            whole.fill_(Untouched);

            module.load_state_dict(folder[$"{layout}.pt"]);

            Assert.Equal($"{layout} {Bits.Of(expected[layout].tensor())}", $"{layout} {Bits.Of(parameter)}");
            Assert.Equal(strides, parameter.stride());
            parameter.fill_(Untouched);
            Assert.All(whole.data<float>(), element => Assert.Equal(Untouched, element));
        }

        Assert.Equal(9, layouts.Count);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void MoreThanOnePieceIsCopiedRight(bool isTransposed, bool isConverted)
    {
        using var scope = NewDisposeScope();
        var source = arange(3_000_000, dtype: isConverted ? float64 : float32).reshape(1, 1500, 2000).transpose(1, 2);
        using var file = new MemoryStream();
        torch.save(new StateDict { ["0"] = source }, file);
        file.Position = 0;
        using var parameter = nn.Parameter(isTransposed ? zeros(1500, 2000, 1).permute(2, 1, 0) : zeros(1, 2000, 1500));
        using var module = nn.ParameterList(parameter);

        module.load_state_dict(torch.load(file));

        Assert.Equal(Bits.Of(source.to(float32)), Bits.Of(parameter));
    }

    [Theory]
    [MemberData(nameof(Interpreters.Theory), MemberType = typeof(Interpreters))]
    public void ALoadBetweenForwardAndBackwardIsNoticed(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        using var scope = NewDisposeScope();
        using var module = nn.Linear(3, 2);
        torch.save(module.state_dict(keep_vars: false), folder["model.pt"]);

        var said = judge.RunModules(folder, """
            module = nn.Linear(3, 2)
            loss = module(torch.ones(4, 3, requires_grad=True)).sum()
            module.load_state_dict(torch.load(path + "/model.pt"))
            try:
                loss.backward()
            except RuntimeError as error:
                lines = [str(error).split(":")[0]]
            """);
        var loss = module.call(ones(4, 3, requires_grad: true)).sum();
        module.load_state_dict(folder["model.pt"]);

        Assert.StartsWith(said[0], Assert.ThrowsAny<Exception>(() => loss.backward()).Message, StringComparison.Ordinal);
    }
}

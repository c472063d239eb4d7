using Torchkeep.Interop.Tests.Checkpoints;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>A load into parameters of another element type converts as PyTorch's <c>copy_</c> does, bit for bit.</summary>
public sealed class ConversionTests : TorchSharpTests
{
    // Bits and packed numbers are converted to nothing.
    private static readonly ElementType[] _unconverted =
    [
        ElementType.Bits1x8, ElementType.Bits2x4, ElementType.Bits4x2, ElementType.Bits8, ElementType.Bits16, ElementType.Float4E2M1FnX2, ElementType.BComplex32,
    ];

    public static TheoryData<string, string> Types =>
    [
        .. from interpreter in Interpreters.Names
           from type in Cases.ElementTypes.Except(_unconverted)
           where !(interpreter == Interpreters.Old && Cases.IsYoung(type))
           select new TheoryDataRow<string, string>(interpreter, ElementTypeInfo.Of(type).Name),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void FromOneTypeToEach(string interpreter, string from)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        using var scope = torch.NewDisposeScope();
        var types = Types.Where(row => row.Data.Item1 == interpreter).Select(row => row.Data.Item2).Where(judge.ElementTypes.Contains).ToList();
        Assert.SkipUnless(types.Contains(from), $"PyTorch {judge.Version} has no {from}");

        var refused = judge.RunModules(folder, $"lines = convert(torch.{from}, [{string.Join(", ", types.Select(type => $"torch.{type}"))}])");

        Assert.True(Directory.GetFiles(folder[""], "expected-*").Length >= types.Count / 2);
        foreach (var to in types.Where(to => File.Exists(folder[$"source-{to}.pt"])))
        {
            using var expected = torch.load_checkpoint(folder[refused.Contains(to) ? $"target-{to}.pt" : $"expected-{to}.pt"]);
            using var parameter = nn.Parameter(torch.zeros_like(expected.tensor()), requires_grad: false);
            using var module = nn.ParameterList(parameter);
            if (refused.Contains(to))
            {
                Assert.Throws<StateDictException>(() => module.load_state_dict(folder[$"source-{to}.pt"]));
                continue;
            }

            module.load_state_dict(folder[$"source-{to}.pt"]);

            Assert.Equal($"{to} {Bits.Of(expected.tensor())}", $"{to} {Bits.Of(parameter)}");
            using var source = torch.load_checkpoint(folder[$"source-{to}.pt"]);
            parameter.zero_();
            module.load_state_dict(source.state_dict());
            Assert.Equal($"{to} {Bits.Of(expected.tensor())}", $"{to} {Bits.Of(parameter)}");
        }
    }
}

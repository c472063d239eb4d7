using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>What the theories run over.</summary>
internal static class Cases
{
    /// <summary>The element types that came after PyTorch 1.13, or that it could not save.</summary>
    private static readonly ElementType[] _young =
    [
        ElementType.UInt16, ElementType.UInt32, ElementType.UInt64, ElementType.Complex32, ElementType.BComplex32,
        ElementType.Float8E5M2, ElementType.Float8E4M3Fn, ElementType.Float8E5M2FnUz, ElementType.Float8E4M3FnUz, ElementType.Float8E8M0Fnu,
        ElementType.Float4E2M1FnX2, ElementType.Bits1x8, ElementType.Bits2x4, ElementType.Bits4x2, ElementType.Bits8, ElementType.Bits16,
    ];

    // These have a scale beside their elements, and are in the case "quantized".
    private static readonly ElementType[] _quantized =
        [ElementType.QInt8, ElementType.QUInt8, ElementType.QInt32, ElementType.QUInt4x2, ElementType.QUInt2x4];

    /// <summary>The element types of plain tensors.</summary>
    internal static IEnumerable<ElementType> ElementTypes => Enum.GetValues<ElementType>().Except(_quantized).Where(type => ElementTypeInfo.Of(type).IsTorchType);

    /// <summary>A tensor of each element type in every layout, and every kind of value that stands in checkpoints.</summary>
    internal static IReadOnlyList<Case> All { get; } =
    [
        .. ElementTypes.Select(type => new Case($"dtype:{ElementTypeInfo.Of(type).Name}", NeedsNewest: IsYoung(type))),
        new("bare_tensor"),
        new("bare_parameter"),
        new("not_a_leaf"),
        new("requires_grad"),
        new("conjugated", NeedsNewest: true),
        new("negated", NeedsNewest: true),
        new("quantized"),
        new("sparse"),
        new("quantized_views"),
        new("packed"),
        new("sparse_of_all_ranks"),
        new("sparse_csr"),
        new("sparse_compressed", NeedsNewest: true),
        new("nested", NeedsNewest: true),
        new("jagged", NeedsNewest: true),
        new("lazy_parameters", IsRefused: true),
        new("subclasses", NeedsNewest: true, IsRefused: true),
        new("without_bytes"),
        new("buffer_with_attributes", NeedsNewest: true),
        new("parameter_with_attributes", NeedsNewest: true),
        new("plain"),
        new("long"),
        new("refused_by_default", IsRefused: true),
        new("records"),
        new("shared"),
        new("cyclic"),
        new("cyclic_tuple", IsRefused: true),
        new("deep"),
        new("state_dict"),
        new("training_state"),
        new("whole_module", IsRefused: true),
        new("many"),
    ];

    /// <summary>Every case with the name of each PyTorch that can make it.</summary>
    public static TheoryData<string, string> ByMaker() =>
        [.. Makers().Select(row => new TheoryDataRow<string, string>(row.Maker, row.Case.Name))];

    /// <summary>The same with each PyTorch that is to read it.</summary>
    public static TheoryData<string, string, string> ByMakerAndReader() =>
        [.. from row in Makers() from reader in Interpreters.Names select new TheoryDataRow<string, string, string>(row.Maker, reader, row.Case.Name)];

    /// <summary>The name of each PyTorch.</summary>
    public static TheoryData<string> ByInterpreter() => [.. Interpreters.Names];

    internal static Case Find(string name) => All.Single(one => one.Name == name);

    /// <summary>As <see cref="Judge.Make(string, string, int, SavingWay)"/>, if the PyTorch can: one that is given may be of any age.</summary>
    internal static List<string> Make(Judge judge, string name, string path, SavingWay way = SavingWay.Default)
    {
        Assert.SkipWhen(judge.IsOld && Find(name).NeedsNewest, $"PyTorch {judge.Version} is too old for '{name}'");
        return judge.Make(name, path, way: way);
    }

    internal static bool IsYoung(ElementType type) => _young.Contains(type);

    private static IEnumerable<(string Maker, Case Case)> Makers() =>
        from maker in Interpreters.Names from one in All where !(one.NeedsNewest && maker == Interpreters.Old) select (maker, one);
}

using System.Globalization;
using System.Text.RegularExpressions;
using Torchkeep.Cli.Modules;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>
/// One argument of a factory: <c>stride=stride~2:1</c> is the argument stride, made of the setting stride, a size in two
/// dimensions, 1 if it is not given. Kinds: <c>.</c> double, <c>!</c> bool, <c>?</c> whether there is such a parameter,
/// <c>~2</c> a number or a tuple, <c>@2</c> a number or an array, <c>*2</c> an array, <c>#Enum</c> a member of an enumeration,
/// <c>&amp;</c> a number or null, <c>-</c> a number of which None is the default, else a whole number.
/// </summary>
/// <param name="Name">The factory's name for it, or null for its place.</param>
/// <param name="Setting">PyTorch's.</param>
/// <param name="Kind">The kind's letter, or empty.</param>
/// <param name="Detail">Dimensions or enumeration.</param>
/// <param name="Default">What need not be written, as the kind writes it; null for nothing.</param>
internal sealed partial record LayerArgument(string? Name, string Setting, string Kind, string Detail, string? Default)
{
    private static readonly Dictionary<string, Dictionary<string, string>> _enumerations = new(StringComparer.Ordinal)
    {
        ["PaddingModes"] = new() { ["zeros"] = "PaddingModes.Zeros", ["reflect"] = "PaddingModes.Reflect", ["replicate"] = "PaddingModes.Replicate", ["circular"] = "PaddingModes.Circular" },
        ["nn.Reduction"] = new() { ["none"] = "nn.Reduction.None", ["mean"] = "nn.Reduction.Mean", ["sum"] = "nn.Reduction.Sum" },
        ["EmbeddingBagMode"] = new() { ["sum"] = "EmbeddingBagMode.Sum", ["mean"] = "EmbeddingBagMode.Mean", ["max"] = "EmbeddingBagMode.Max" },
        ["nn.NonLinearities"] = new() { ["tanh"] = "nn.NonLinearities.Tanh", ["relu"] = "nn.NonLinearities.ReLU" },
        ["GELU.Approximate"] = new() { ["none"] = "GELU.Approximate.none", ["tanh"] = "GELU.Approximate.tanh" },
    };

    internal static LayerArgument Parse(string text)
    {
        var parts = Form().Match(text);
        var (kind, detail) = (parts.Groups["kind"].Value, parts.Groups["detail"].Value);
        var otherwise = parts.Groups["default"] is { Success: true, Value: var written } ? written : null;
        return new(
            parts.Groups["name"] is { Success: true, Value: var name } ? name : null,
            parts.Groups["setting"].Value,
            kind,
            detail,
            otherwise is null ? null
                : kind is "." && otherwise != "null" ? CodeText.Literal(double.Parse(otherwise, CultureInfo.InvariantCulture))
                : kind is "#" ? _enumerations[detail][otherwise]
                : otherwise);
    }

    /// <summary>Whether one number says it.</summary>
    internal bool IsUniform(ModuleRecord module) => Kind is not ("~" or "@") || SizesOf(module) is not { } sizes || (Detail.Length == 0 ? sizes.Length == 1 : sizes.Distinct().Count() == 1);

    /// <summary>Whether the file says None, which is not what the default does.</summary>
    internal bool IsLostNone(ModuleRecord module) => Kind is "." && Default != "null" && Detail.Length == 0 && module.Settings.GetValueOrDefault(Setting) is PyNone;

    /// <summary>The value, or null where it cannot be said.</summary>
    internal CodeSlot? Slot(ModuleRecord module, bool isUniform)
    {
        if (Kind is "?")
        {
            return Made("bool", CodeText.Literal(module.Parameters.GetValueOrDefault(Setting) is not null));
        }

        if (module.Settings.GetValueOrDefault(Setting) is not { } value || (value is PyNone && Kind is not "&" && Default is not null))
        {
            return Default is null ? null : Made(TypeOf(isUniform), Kind is "~" or "@" && !isUniform && Default != "null" ? Wide(Default) : Default);
        }

        switch (Kind)
        {
            case "." when Detail == "&":
                return value is PyNone ? Made("double?", "null") : value is PyInt or PyFloat ? Made("double?", CodeText.Literal(value.AsDouble())) : null;
            case ".":
                return value is PyInt or PyFloat or PyBool ? Made("double", CodeText.Literal(value.AsDouble())) : null;
            case "!":
                return value is PyBool or PyInt ? Made("bool", CodeText.Literal(value.AsInt64() != 0)) : null;
            case "&":
                return value is PyNone ? Made("long?", "null") : value is PyInt ? Made("long?", CodeText.Literal(value.AsInt64())) : null;
            case "#":
                return value is PyString text && _enumerations[Detail].TryGetValue(text.Value, out var member) ? Made(Detail, member) : null;
            case "~" when value is PyString { Value: "same" or "valid" } padding:
                return Made("Padding", padding.Value == "same" ? "Padding.Same" : "Padding.Valid");
            case "~" or "@" or "*":
                return SizesOf(module) is not { } sizes ? null
                    : Kind is "*" ? Made("long[]", CodeText.Numbers(sizes))
                    : isUniform ? Made("long", CodeText.Literal(sizes[0]))
                    : Made(TypeOf(isUniform), Kind is "~" ? $"({string.Join(", ", sizes.Select(CodeText.Literal))})" : CodeText.Numbers(sizes));
            default:
                return value is PyInt number && number.TryGetInt64(out var whole) ? Made("long", CodeText.Literal(whole))
                    : value is PyFloat { Value: var real } && double.IsInteger(real) ? Made("long", CodeText.Literal((long)real))
                    : null;
        }
    }

    private CodeSlot Made(string type, string literal) => new(Setting, type, literal, Kind is "~" or "@" && Default is not (null or "null") && type is not ("long" or "Padding") ? Wide(Default) : Default);

    private string TypeOf(bool isUniform) => Kind switch
    {
        "." => Detail == "&" ? "double?" : "double",
        "!" => "bool",
        "&" => "long?",
        "#" => Detail,
        "*" => "long[]",
        "@" when !isUniform => "long[]",
        "~" when !isUniform => $"({string.Join(", ", Enumerable.Repeat("long", Dimensions))})",
        _ => "long",
    };

    private string Wide(string number) =>
        Kind is "~" ? $"({string.Join(", ", Enumerable.Repeat(number, Dimensions))})" : $"[{string.Join(", ", Enumerable.Repeat(number, Dimensions))}]";

    private int Dimensions => int.Parse(Detail, CultureInfo.InvariantCulture);

    // One number stands for all dimensions; where the row does not say how many there are, the file does.
    private long[]? SizesOf(ModuleRecord module)
    {
        var value = module.Settings.GetValueOrDefault(Setting);
        var items = PythonText.ItemsOf(value) ?? (value is PyInt ? [value] : null);
        if (items is null || items.Count == 0 || items.Any(item => item is not PyInt number || !number.TryGetInt64(out _)))
        {
            return null;
        }

        long[] sizes = [.. items.Select(item => item.AsInt64())];
        return Detail.Length == 0 || sizes.Length == Dimensions ? sizes : sizes.Length == 1 ? [.. Enumerable.Repeat(sizes[0], Dimensions)] : null;
    }

    [GeneratedRegex(@"^((?<name>\w+)=)?(?<setting>\w+)(?<kind>[.!?~@*#&-]?)(?<detail>[\w.&]*)(:(?<default>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>A call of a factory of <c>torch.nn</c>.</summary>
/// <param name="type">TorchSharp's class.</param>
/// <param name="isPlain">Whether it takes a tensor and returns one.</param>
/// <param name="arguments">The arguments; those without a name come first.</param>
/// <param name="notes">What the reader of the code should know.</param>
internal sealed class LayerExpression(string type, bool isPlain, IReadOnlyList<(string? Name, CodeSlot Slot)> arguments, IReadOnlyList<string> notes) : CodeExpression
{
    /// <summary>In place of an argument's name: a conversion of what was made.</summary>
    internal const string Conversion = ".to";

    internal override string Type => type;

    internal override bool IsPlain => isPlain;

    internal override string Shape => $"{type}({string.Join(", ", arguments.Select(argument => $"{argument.Name}:{argument.Slot.Name} {argument.Slot.Type}"))})";

    internal override IReadOnlyList<CodeSlot> Slots => [.. arguments.Select(argument => argument.Slot)];

    internal override IEnumerable<string> Notes => notes;

    internal override void Write(StringBuilder code, Queue<string> values, string indent)
    {
        code.Append($"nn.{type}(");
        var isFirst = true;
        var conversion = "";
        foreach (var (name, slot) in arguments)
        {
            var value = values.Dequeue();
            if (name == Conversion)
            {
                conversion = $"{Conversion}({value})";
                continue;
            }

            if (value == slot.Default)
            {
                continue;
            }

            code.Append(isFirst ? "" : ", ").Append(name is null ? "" : $"{name}: ").Append(value);
            isFirst = false;
        }

        code.Append(')').Append(conversion);
    }
}

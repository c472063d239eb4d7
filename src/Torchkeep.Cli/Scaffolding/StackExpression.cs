using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>A TransformerEncoder or TransformerDecoder: one layer, so many times.</summary>
internal sealed class StackExpression(string type, LayerExpression layer, long count) : CodeExpression
{
    internal override string Type => type;

    internal override string Shape => $"{type}({layer.Shape})";

    internal override IReadOnlyList<CodeSlot> Slots => [.. layer.Slots, new("num_layers", "long", CodeText.Literal(count))];

    internal override IEnumerable<string> Notes => layer.Notes;

    internal override void Write(StringBuilder code, Queue<string> values, string indent)
    {
        code.Append($"nn.{type}(");
        layer.Write(code, values, indent);
        code.Append($", {values.Dequeue()})");
    }
}

using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>A Sequential, ModuleList, ModuleDict, ParameterList or ParameterDict with what is in it.</summary>
/// <param name="kind">The class; one that takes a type of element gets it from the children.</param>
/// <param name="children">The children by name.</param>
/// <param name="notes">What the reader of the code should know.</param>
internal sealed class ContainerExpression(string kind, IReadOnlyList<(string Label, CodeExpression Value)> children, IReadOnlyList<string> notes) : CodeExpression
{
    private const string Indent = "    ";

    private readonly bool _isNumbered = IsNumbered([.. children.Select(child => child.Label)]);

    internal override string Type => kind is "ModuleList" or "ModuleDict" ? $"{kind}<{ElementType}>" : kind;

    internal override bool IsPlain => kind == "Sequential";

    internal override string Shape => $"{kind}({string.Join(", ", children.Select(child => $"{child.Label}={child.Value.Shape}"))})";

    internal override IReadOnlyList<CodeSlot> Slots =>
        [.. children.SelectMany(child => child.Value.Slots.Select(slot => slot with { Name = $"{child.Label}_{slot.Name}" }))];

    internal override IEnumerable<string> Notes =>
        notes.Concat(children.SelectMany(child => child.Value.Notes.Select(note => $"'{child.Label}': {note}")));

    // The nearest class that all have.
    private string ElementType => children.Select(child => child.Value.Type).Distinct().ToList() is [var type] ? type
        : children.Count > 0 && children.All(child => child.Value.IsPlain) ? "nn.Module<Tensor, Tensor>"
        : "nn.Module";

    internal override void Write(StringBuilder code, Queue<string> values, string indent)
    {
        code.Append(kind == "ModuleList" ? $"new {Type}(" : $"nn.{Type}(");
        WriteChildren(code, values, indent);
        code.Append(')');
    }

    /// <summary>The children as arguments, a line each.</summary>
    internal void WriteChildren(StringBuilder code, Queue<string> values, string indent)
    {
        var isFirst = true;
        foreach (var (label, value) in children)
        {
            code.Append(isFirst ? "\n" : ",\n").Append(indent).Append(Indent);
            isFirst = false;
            var isNamed = !_isNumbered || kind is "ModuleDict" or "ParameterDict";
            if (isNamed)
            {
                code.Append('(').Append(CodeText.Literal(label)).Append(", ");
            }

            value.Write(code, values, indent + Indent);
            code.Append(isNamed ? ")" : "");
        }
    }
}

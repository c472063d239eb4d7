using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>An object of a generated class.</summary>
internal sealed class NewExpression(GeneratedClass type, ModuleRecord module) : CodeExpression
{
    internal override string Type => type.Name;

    internal override bool IsPlain => true;

    internal override string Shape => $"new {type.Number}";

    // Known once all objects of the class are.
    internal override IReadOnlyList<CodeSlot> Slots => type.ArgumentsOf(module);

    internal override void Write(StringBuilder code, Queue<string> values, string indent) =>
        code.Append($"new {type.Name}({string.Join(", ", type.Parameters.Select(_ => values.Dequeue()))})");
}

using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>A module that stands under another name already.</summary>
internal sealed class SameExpression(string name, CodeExpression value) : CodeExpression
{
    internal override string Type => value.Type;

    internal override bool IsPlain => value.IsPlain;

    internal override string Shape => $"={name}";

    internal override IReadOnlyList<CodeSlot> Slots => [];

    internal override void Write(StringBuilder code, Queue<string> values, string indent) => code.Append(name);
}

using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>A parameter or buffer, of zeros until the file's values are loaded.</summary>
internal sealed class ParameterExpression(PyTensor tensor, bool isParameter) : CodeExpression
{
    private readonly string? _type = CodeText.ScalarType(tensor.View.ElementType);

    internal override string Type => isParameter ? "Parameter" : "Tensor";

    internal override string Shape => $"{Type} {_type} {tensor.RequiresGrad}";

    internal override IReadOnlyList<CodeSlot> Slots { get; } = [new("shape", "long[]", CodeText.Numbers(tensor.View.Shape))];

    internal override void Write(StringBuilder code, Queue<string> values, string indent)
    {
        var type = _type is null or "Float32" ? "" : $", dtype: ScalarType.{_type}";
        var zeros = $"zeros({values.Dequeue()}{type})";
        code.Append(isParameter ? $"nn.Parameter({zeros}{(tensor.RequiresGrad ? "" : ", requires_grad: false")})" : zeros);
    }
}

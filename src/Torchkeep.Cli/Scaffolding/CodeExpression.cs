using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>C# that makes a layer, a container, a parameter or an object of a generated class.</summary>
internal abstract class CodeExpression
{
    /// <summary>The C# type of the field.</summary>
    internal abstract string Type { get; }

    /// <summary>Whether it takes a tensor and returns one, as what stands in a Sequential must.</summary>
    internal virtual bool IsPlain => false;

    /// <summary>All of it but the values of its slots: expressions of one shape differ in these alone.</summary>
    internal abstract string Shape { get; }

    internal abstract IReadOnlyList<CodeSlot> Slots { get; }

    /// <summary>What the reader of the code should know.</summary>
    internal virtual IEnumerable<string> Notes => [];

    /// <summary>Writes it with the values for its slots, which are taken one by one.</summary>
    internal abstract void Write(StringBuilder code, Queue<string> values, string indent);

    /// <summary>The names of children 0, 1, 2... need not be said.</summary>
    protected static bool IsNumbered(IReadOnlyList<string> labels) =>
        labels.Index().All(label => label.Item == label.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

using System.Text.RegularExpressions;

namespace Torchkeep.Formats.TorchScript;

/// <summary>
/// Finds the classes in a file of code as PyTorch prints it (torch/csrc/jit/serialization/python_print.cpp,
/// <c>printModuleMetadata</c>): one statement a line, two spaces deep. It is text here, and is not run.
/// </summary>
internal static partial class ScriptSource
{
    internal static Dictionary<string, ScriptClass> Parse(string code)
    {
        var classes = new Dictionary<string, ScriptClass>(StringComparer.Ordinal);
        string? name = null;
        var isModule = false;
        HashSet<string> parameters = [], tensors = [];
        HashSet<string>? buffers = null;
        foreach (var part in code.AsSpan().EnumerateLines())
        {
            if (part.StartsWith("class ", StringComparison.Ordinal) && ClassLine().Match(part.ToString()) is { Success: true } start)
            {
                Add();
                (name, isModule) = (start.Groups[1].Value, start.Groups[2].Value == "Module");
                (parameters, buffers, tensors) = ([], null, []);
            }
            else if (part.StartsWith("  __parameters__ = [", StringComparison.Ordinal))
            {
                parameters = Texts(part);
            }
            else if (part.StartsWith("  __buffers__ = [", StringComparison.Ordinal))
            {
                buffers = Texts(part);
            }
            else if (part.EndsWith(" : Tensor", StringComparison.Ordinal) && AttributeLine().Match(part.ToString()) is { Success: true } attribute)
            {
                tensors.Add(attribute.Groups[1].Value);
            }
            else if (part.StartsWith("  __annotations__[", StringComparison.Ordinal) && part.EndsWith(" = Tensor", StringComparison.Ordinal))
            {
                tensors.UnionWith(Texts(part));
            }
        }

        Add();
        return classes;

        void Add()
        {
            if (name is not null)
            {
                classes[name] = new(isModule, parameters, buffers, tensors);
            }
        }
    }

    // Names are quoted, with C's escapes for what no name has but by intent.
    private static HashSet<string> Texts(ReadOnlySpan<char> line) =>
        [.. Text().Matches(line.ToString()).Select(match => Regex.Unescape(match.Groups[1].Value))];

    [GeneratedRegex(@"^class ([^\s(:]+)\((\w*)\):\s*$")]
    private static partial Regex ClassLine();

    [GeneratedRegex(@"^  (\w+) : Tensor$")]
    private static partial Regex AttributeLine();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Text();
}

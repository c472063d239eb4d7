using System.Text;
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

    private static HashSet<string> Texts(ReadOnlySpan<char> line) =>
        [.. Text().Matches(line.ToString()).Select(match => Unescape(match.Groups[1].Value))];

    // torch/csrc/jit/ir/ir.cpp, printQuotedString: C's escapes, and octal ones of the UTF-8 bytes beyond ASCII.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, char.IsSurrogatePair(text, i) ? 2 : 1));
                i += char.IsSurrogatePair(text, i) ? 1 : 0;
                continue;
            }

            var digits = text.AsSpan(i + 1, Math.Min(3, text.Length - i - 1));
            if (digits.Length == 3 && !digits.ContainsAnyExceptInRange('0', '7'))
            {
                bytes.Add((byte)(((digits[0] - '0') << 6) + ((digits[1] - '0') << 3) + digits[2] - '0'));
                i += 3;
                continue;
            }

            bytes.Add((byte)(text[++i] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                var other => other,
            }));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // A class of plain values has no base (python_print.cpp, printNamedType); an interface is no class of an object.
    [GeneratedRegex(@"^class ([^\s(:]+)(?:\(([^()]*)\))?:\s*$")]
    private static partial Regex ClassLine();

    [GeneratedRegex(@"^  (\w+) : Tensor$")]
    private static partial Regex AttributeLine();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Text();
}

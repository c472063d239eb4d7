using System.Text;
using System.Text.RegularExpressions;

namespace Torchkeep.Cli.Modules;

/// <summary>
/// What a layer's <c>extra_repr</c> writes. <c>{name}</c> is a setting by <c>str</c>, <c>{name!r}</c> by <c>repr</c>,
/// <c>{name?}</c> whether there is a parameter of that name. <c>[, name={name:0}]</c> is left out where the setting, or each
/// number of it, is the value behind the colon, or where the file does not say it.
/// </summary>
internal sealed partial class ReprTemplate(string text)
{
    /// <summary>The text for a module; empty where the file does not say what must be in it.</summary>
    internal string Of(ModuleRecord module)
    {
        var written = new StringBuilder();
        foreach (Match part in Parts().Matches(text))
        {
            if (part.Groups["optional"] is { Success: true, Value: var optional })
            {
                var name = Fields().Match(optional);
                if (Find(module, name) is { } value && !IsDefault(module, name))
                {
                    written.Append(Fields().Replace(optional, value.Replace("$", "$$", StringComparison.Ordinal)));
                }
            }
            else if (part.Groups["field"].Success)
            {
                if (Find(module, Fields().Match(part.Value)) is not { } value)
                {
                    return "";
                }

                written.Append(value);
            }
            else
            {
                written.Append(part.Value);
            }
        }

        return written.ToString();
    }

    private static string? Find(ModuleRecord module, Match field)
    {
        var name = field.Groups["name"].Value;
        return field.Groups["kind"].Value switch
        {
            "?" => module.IsScripted ? null : module.Parameters.GetValueOrDefault(name) is null ? "False" : "True",
            "!r" => module.Settings.GetValueOrDefault(name) is { } value ? PythonText.Repr(value) : null,
            _ => module.Settings.GetValueOrDefault(name) is { } value ? PythonText.Str(value) : null,
        };
    }

    private static bool IsDefault(ModuleRecord module, Match field)
    {
        var otherwise = field.Groups["default"].Value;
        return field.Groups["kind"].Value == "?" ? Find(module, field) == otherwise
            : PythonText.ItemsOf(module.Settings[field.Groups["name"].Value]) is { } items ? items.All(item => Matches(item, otherwise))
            : Matches(module.Settings[field.Groups["name"].Value], otherwise);
    }

    // 2 and 2.0 are equal to Python.
    private static bool Matches(PyValue value, string otherwise) =>
        PythonText.Str(value) == otherwise || PythonText.Str(value) == $"{otherwise}.0";

    [GeneratedRegex(@"\[(?<optional>[^\]]*)\]|(?<field>\{[^}]*\})|[^\[{]+")]
    private static partial Regex Parts();

    [GeneratedRegex(@"\{(?<name>\w+)(?<kind>\?|!r)?(:(?<default>[^}]*))?\}")]
    private static partial Regex Fields();
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Torchkeep.Build;

/// <summary>
/// Puts the text in the place of every inheritdoc with a cref into the same file. The compiler documents the classic form
/// of an extension member, which F#, Visual Basic and older C# call, by such a reference to a name that it made up.
/// </summary>
public class ResolveInheritDoc : Task
{
    [Required]
    public string File { get; set; }

    public override bool Execute()
    {
        var document = XDocument.Load(File, LoadOptions.PreserveWhitespace);
        var members = document.Descendants("member").GroupBy(member => (string)member.Attribute("name")).ToDictionary(group => group.Key, group => group.First());
        var changed = false;
        foreach (var pair in members)
        {
            var reference = pair.Value.Element("inheritdoc");
            if (reference?.Attribute("cref") is XAttribute cref && members.TryGetValue(cref.Value, out var text))
            {
                reference.ReplaceWith(Receiver(members, pair.Key, cref.Value).Concat(text.Nodes()).Select(Copy).ToArray());
                changed = true;
            }
        }

        if (changed)
        {
            document.Save(File, SaveOptions.DisableFormatting);
        }

        return true;
    }

    // The classic form has the extended object as its first parameter, which is described beside the block of extensions.
    private static IEnumerable<XNode> Receiver(Dictionary<string, XElement> members, string classic, string extension)
    {
        var block = extension.IndexOf(".<G>$", StringComparison.Ordinal);
        if (block < 0 || ParameterCount(classic) == ParameterCount(extension))
        {
            return Enumerable.Empty<XNode>();
        }

        var marker = "T:" + extension.Substring(2, extension.IndexOf('.', block + 1) - 2) + ".<M>$";
        return members.Where(member => member.Key.StartsWith(marker, StringComparison.Ordinal)).SelectMany(member => member.Value.Elements("param")).Take(1);
    }

    private static int ParameterCount(string name)
    {
        var depth = 0;
        var count = name.EndsWith(")", StringComparison.Ordinal) ? 1 : 0;
        foreach (var character in name)
        {
            depth += character == '{' ? 1 : character == '}' ? -1 : 0;
            count += character == ',' && depth == 0 ? 1 : 0;
        }

        return count;
    }

    private static XNode Copy(XNode node) => node is XElement element ? new XElement(element) : node is XText text ? new XText(text) : node;
}

using Spectre.Console;

namespace Torchkeep.Cli.Output;

/// <summary>One line of coloured text, cut where the screen ends.</summary>
internal sealed class TreeLine(int width)
{
    private readonly Paragraph _text = new();
    private int _left = width;

    internal TreeLine Add(string text, Style style, int minWidth = 0)
    {
        text = TextCut.First(text, _left);
        var columns = TextCut.Columns(text);
        var padding = Math.Clamp(minWidth - columns, 0, _left - columns);
        _text.Append(text + new string(' ', padding), style);
        _left -= columns + padding;
        return this;
    }

    internal void WriteTo(IAnsiConsole console)
    {
        console.Write(_text);
        console.WriteLine();
    }
}

using static TorchSharp.torch;

namespace Quickstart;

/// <summary>Draws digits of five by seven dots somewhere on a noisy square of twelve.</summary>
internal static class Digits
{
    private const int Side = 12;
    private const int Width = 5;
    private const int Height = 7;

    private static readonly string[] _font =
    [
        ".###. #...# #..## #.#.# ##..# #...# .###.",
        "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
        ".###. #...# ....# ...#. ..#.. .#... #####",
        "##### ...#. ..#.. ...#. ....# #...# .###.",
        "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
        "##### #.... ####. ....# ....# #...# .###.",
        "..##. .#... #.... ####. #...# #...# .###.",
        "##### ....# ...#. ..#.. .#... .#... .#...",
        ".###. #...# #...# .###. #...# #...# .###.",
        ".###. #...# #...# .#### ....# ...#. .##..",
    ];

    /// <returns>Images of shape [count, 1, 12, 12] and the digits they show, of shape [count].</returns>
    internal static (Tensor Images, Tensor Labels) Draw(int count, int seed)
    {
        var chance = new Random(seed);
        var pixels = new float[count * Side * Side];
        var digits = new long[count];
        for (var i = 0; i < count; i++)
        {
            digits[i] = chance.Next(10);
            var (left, top) = (chance.Next(Side - Width + 1), chance.Next(Side - Height + 1));
            var rows = _font[digits[i]].Split(' ');
            for (var at = 0; at < Side * Side; at++)
            {
                var (x, y) = ((at % Side) - left, (at / Side) - top);
                var isInk = x is >= 0 and < Width && y is >= 0 and < Height && rows[y][x] == '#';
                pixels[(i * Side * Side) + at] = (isInk ? 1 : 0) + (float)(1.0 * (chance.NextDouble() - 0.5));
            }
        }

        return (tensor(pixels, [count, 1, Side, Side]), tensor(digits));
    }
}

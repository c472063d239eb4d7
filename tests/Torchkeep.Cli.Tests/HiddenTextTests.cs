using System.Globalization;
using System.Text;
using System.Text.Json;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests;

/// <summary>No output of any verb has a character of a file that a terminal, an editor or a reviewer would not see.</summary>
public sealed class HiddenTextTests : IDisposable
{
    // The letters and marks that Unicode lets fonts leave out; the rest goes by category.
    private static readonly (int First, int Last)[] _ignorable =
        [(0x034f, 0x034f), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f), (0x3164, 0x3164), (0xfe00, 0xfe0f), (0xffa0, 0xffa0), (0xe0000, 0xe0fff)];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Runs =>
    [
        "inspect", "inspect --all", "inspect --json", "inspect --modules", "inspect --hash --json", "verify", "verify --json", "verify --values", "scan", "scan --json", "scan --sarif",
        "scaffold", "convert --to safetensors", "convert --to zip --select x", "convert --state-dict none",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Runs))]
    public void NoOutputHasHiddenCharacters(string run)
    {
        var words = run.Split(' ');
        foreach (var text in Texts())
        {
            var file = _folder.Save(Hostile(text));
            string[] arguments = words[0] == "convert" ? ["convert", file, Path.Combine(_folder.Path, "out"), .. words[1..]] : [words[0], file, .. words[1..]];
            var outcome = CommandLine.Run(arguments);

            Assert.NotEqual("", outcome.Output + outcome.Error);
            AssertIsVisible(outcome.Output);
            AssertIsVisible(outcome.Error);
        }
    }

    [Fact]
    public void JsonSaysTheSameCharactersAsEscapes()
    {
        foreach (var value in Enumerable.Range(0, 0x110000).Where(Rune.IsValid))
        {
            var rune = new Rune(value);
            var text = $"a{rune}b";
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, SafeJson.Options))
            {
                json.WriteStringValue(text);
            }

            var written = Encoding.UTF8.GetString(stream.ToArray());
            if (value % 16 == 0 || !SafeText.IsVisible(rune))
            {
                Assert.Equal(text, JsonSerializer.Deserialize<string>(written));
            }

            Assert.True(SafeText.IsVisible(rune) || written.All(char.IsAscii), $"U+{value:x}: {written}");
        }
    }

    // Every hidden character, some at a time.
    private static IEnumerable<string> Texts() =>
        Enumerable.Range(1, 0x10fffe).Where(IsHidden).Where(value => !IsBulk(value) || value % 512 == 1).Select(value => new Rune(value).ToString()).Chunk(1500).Select(parts => string.Concat(parts));

    // Private use and what is not assigned: hundreds of thousands.
    private static bool IsBulk(int value) =>
        Rune.GetUnicodeCategory(new Rune(value)) is UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsHidden(int value) => Rune.IsValid(value)
        && (Rune.GetUnicodeCategory(new Rune(value)) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            || _ignorable.Any(range => value >= range.First && value <= range.Last));

    private static void AssertIsVisible(string output)
    {
        var hidden = output.EnumerateRunes().Where(rune => rune.Value is not ('\n' or '\r') && IsHidden(rune.Value)).Select(rune => $"U+{rune.Value:x4}").ToList();
        Assert.True(hidden.Count == 0, string.Join(" ", hidden.Take(5)));
    }

    // As key, value, class, location, module name and setting.
    private static PyDict Hostile(string text)
    {
        var name = text.Replace("\n", "", StringComparison.Ordinal);
        var storage = new TensorStorage(TensorStorage.FromArray([1f, float.NaN]).Bytes, "cpu" + text);
        var module = new PyObject(PyObjectKind.Call, new PyGlobal($"m{name}", $"C{name}"), new PyTuple());
        return new PyDict
        {
            { text, text },
            { "tensor" + text, new TensorView(storage, ElementType.Float32, [2]) },
            { "object", module },
            { "nested", new PyDict { { text, new PyList(text) } } },
        };
    }
}

using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Torchkeep.Values;

namespace Torchkeep.Tests.Values;

/// <summary>Values and the repr that CPython gives them (tests/fixtures/python_repr.py).</summary>
public class PythonReprTests
{
    private static readonly JsonElement _fixture = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("python-repr.json"))).RootElement;

    [Fact]
    public void FloatsAreWrittenAsPythonWritesThem() =>
        Assert.All(_fixture.GetProperty("floats").EnumerateArray(), row => Assert.Equal(row[1].GetString(), new PyFloat(Double(row[0])).ToString()));

    [Fact]
    public void ComplexesAreWrittenAsPythonWritesThem() =>
        Assert.All(
            _fixture.GetProperty("complexes").EnumerateArray(),
            row => Assert.Equal(row[2].GetString(), new PyComplex(new(Double(row[0]), Double(row[1]))).ToString()));

    [Fact]
    public void TextsAreWrittenAsPythonWritesThem() =>
        Assert.All(_fixture.GetProperty("texts").EnumerateArray(), row =>
        {
            var bytes = Convert.FromHexString(row[0].GetString()!);
            var text = string.Concat(Enumerable.Range(0, bytes.Length / 2).Select(i => (char)((bytes[2 * i] << 8) | bytes[(2 * i) + 1])));
            Assert.Equal(row[1].GetString(), new PyString(text).ToString());
        });

    [Fact]
    public void BytesAreWrittenAsPythonWritesThem() =>
        Assert.All(_fixture.GetProperty("bytes").EnumerateArray(), row =>
        {
            var bytes = Convert.FromHexString(row[0].GetString()!);
            Assert.Equal(row[1].GetString(), new PyBytes(bytes).ToString());
            Assert.Equal(row[2].GetString(), new PyBytes(bytes, isByteArray: true).ToString());
        });

    [Fact]
    public void IntegersAreWrittenAsPythonWritesThem() =>
        Assert.All(_fixture.GetProperty("integers").EnumerateArray(), row =>
        {
            var hex = row[0].GetString()!;
            var digits = BigInteger.Parse("0" + hex.TrimStart('-')[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Assert.Equal(row[1].GetString(), PyInt.From(hex[0] == '-' ? -digits : digits).ToString());
        });

    [Fact]
    public void EveryCharacterOfPythonsUnicodeIsPrintableOrNotAsThere()
    {
        var wrong = from run in _fixture.GetProperty("printable").EnumerateArray()
                    from code in Enumerable.Range(run[0].GetInt32(), run[1].GetInt32() - run[0].GetInt32() + 1)
                    let text = Rune.IsValid(code) ? new Rune(code).ToString() : ((char)code).ToString()
                    where text is not ("'" or "\\") && (PythonRepr.Of(text) == $"'{text}'") != run[2].GetBoolean()
                    select $"U+{code:X4}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void AnIntegerTooLongToWriteIsDescribed() =>
        Assert.Equal("<int of 100001 bits>", PyInt.From(BigInteger.One << 100_000).ToString());

    [Fact]
    public void ConstantsAndNamesAreWrittenAsInPython()
    {
        Assert.Equal("None", PyNone.Value.ToString());
        Assert.Equal("True", PyBool.True.ToString());
        Assert.Equal("False", PyBool.False.ToString());
        Assert.Equal("torch.nn.Linear", new PyGlobal("torch.nn", "Linear").ToString());
    }

    private static double Double(JsonElement hex) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(hex.GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}

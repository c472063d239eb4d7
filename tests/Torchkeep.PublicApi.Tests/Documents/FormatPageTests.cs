using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;

namespace PublicApi.Tests.Documents;

/// <summary>The drawing of docs/formats/torch-zip.md is of a file that PyTorch wrote.</summary>
public sealed class FormatPageTests
{
    [Fact]
    public void EveryRecordLiesWhereThePageSays()
    {
        var path = Path.Combine(Repository.Root, "tests", "fixtures", "pytorch-2.14", "bare_tensor.pt");
        var file = File.ReadAllBytes(path);
        using var zip = ZipFile.OpenRead(path);
        var rows = Page.Read("docs/formats/torch-zip.md").Blocks[0].Text.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 2 && words[2].StartsWith("bare_tensor/", StringComparison.Ordinal));

        foreach (var (row, record) in rows.Zip(zip.Entries))
        {
            var (start, length) = (int.Parse(row[0], CultureInfo.InvariantCulture), int.Parse(row[1], CultureInfo.InvariantCulture));
            Assert.Equal(record.FullName, row[2]);
            Assert.Equal(record.Crc32, Crc32.HashToUInt32(file.AsSpan(start, length)));
        }

        Assert.Equal(zip.Entries.Count, rows.Count());
    }
}

using System.Text.RegularExpressions;

namespace PublicApi.Tests.Documents;

/// <summary>Each promise of SECURITY.md names tests that exist.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void EveryPromiseHasATestThatExists()
    {
        var classes = Directory.EnumerateFiles(Repository.PathOf("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var promises = File.ReadLines(Repository.PathOf("SECURITY.md")).SkipWhile(line => !line.StartsWith("| promise |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')).ToList();
        Assert.True(promises.Count > 10);
        Assert.All(promises, promise =>
        {
            var tests = TestName().Matches(promise.Split(" | ")[^1]).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.Contains(test, classes));
        });
    }

    [GeneratedRegex("`(\\w+Tests)`")]
    private static partial Regex TestName();
}

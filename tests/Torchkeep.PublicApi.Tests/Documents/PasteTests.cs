using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PublicApi.Tests.Documents;

/// <summary>
/// A guide begins with a whole program, and each later piece of its code compiles at the end of that program: a reader can paste it.
/// <c>eng/test-packages</c> runs the programs.
/// </summary>
public sealed class PasteTests
{
    private const string ProgramMarker = "program: ";

    // What a project with ImplicitUsings has.
    private const string ImplicitUsings = "using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Threading; using System.Threading.Tasks;";

    private static readonly CSharpParseOptions _fileBased = new CSharpParseOptions(LanguageVersion.CSharp14).WithFeatures([new("FileBasedProgram", "true")]);

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static TheoryData<string> Guides => [.. Repository.Pages().Where(page => page.StartsWith("docs/guides/", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Guides))]
    public void EveryGuideBeginsWithAProgramAndItsOutput(string path)
    {
        var blocks = Page.Read(path).Blocks.Where(block => block.Language is not ("sh" or "python" or "xml")).ToList();
        Assert.StartsWith(ProgramMarker, blocks[0].Marker, StringComparison.Ordinal);
        Assert.Equal(blocks[0].Marker.Replace(ProgramMarker, "output: ", StringComparison.Ordinal).Replace(".cs", ".txt", StringComparison.Ordinal), blocks[1].Marker);
        Assert.Contains("#:package ", blocks[0].Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Guides))]
    public void EveryLaterPieceCompilesAfterTheProgram(string path)
    {
        CompilationUnitSyntax? program = null;
        var types = new List<MemberDeclarationSyntax>();
        foreach (var block in Page.Read(path).Blocks.Where(block => block.Language == "csharp"))
        {
            var piece = CSharpSyntaxTree.ParseText(block.Text, _fileBased).GetCompilationUnitRoot();
            if (block.Marker.StartsWith(ProgramMarker, StringComparison.Ordinal))
            {
                (program, piece) = (piece, SyntaxFactory.CompilationUnit());
            }

            // Types stay for the pieces that follow them; statements are pasted one piece at a time.
            types.AddRange(piece.Members.Where(member => member is not GlobalStatementSyntax));
            AssertCompiles(SyntaxFactory.CompilationUnit()
                .AddUsings([.. program!.Usings, .. piece.Usings])
                .AddMembers([.. program.Members, .. piece.Members.OfType<GlobalStatementSyntax>(), .. types]), $"{path}, line {block.Line}");
        }
    }

    private static void AssertCompiles(CompilationUnitSyntax unit, string place)
    {
        SyntaxTree[] trees = [CSharpSyntaxTree.ParseText(unit.ToFullString(), _fileBased), CSharpSyntaxTree.ParseText(ImplicitUsings.Replace("using", "global using", StringComparison.Ordinal), _fileBased)];
        var errors = CSharpCompilation.Create("Pasted", trees, _references, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString());
        Assert.True(!errors.Any(), $"{place}: {string.Join('\n', errors)}");
    }
}

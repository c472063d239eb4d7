using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>Compiles what was generated, with all warnings, and makes an object of its first class.</summary>
internal static class GeneratedCode
{
    private static readonly Lazy<MetadataReference[]> _references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    internal static torch.nn.Module Make(string code)
    {
        var name = code.Split('\n').First(line => line.StartsWith("public sealed class ", StringComparison.Ordinal)).Split(' ')[3];
        return (torch.nn.Module)Activator.CreateInstance(Compile(code).GetExportedTypes().Single(type => type.Name == name))!;
    }

    internal static Assembly Compile(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest), cancellationToken: TestContext.Current.CancellationToken);
        var compilation = CSharpCompilation.Create(
            $"Generated{Guid.NewGuid():N}",
            [tree],
            _references.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        var complaints = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToList();
        if (complaints.Count > 0)
        {
            Assert.Fail($"{string.Join('\n', complaints.Take(20))}\n{code}");
        }

        return Assembly.Load(assembly.ToArray());
    }
}

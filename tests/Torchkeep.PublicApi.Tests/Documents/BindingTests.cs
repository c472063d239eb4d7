using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PublicApi.Tests.Documents;

/// <summary>Which method a call is: the tables of the decisions on names, asked of the compiler.</summary>
public sealed class BindingTests
{
    private static readonly string[] _pages = ["docs/decisions/0001-names-of-the-adapter.md", "docs/decisions/0004-optimizers-and-schedulers.md"];

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Rows whose first cell is code and whose second says whose it is.</summary>
    public static TheoryData<string, string> Claims
    {
        get
        {
            var claims = new TheoryData<string, string>();
            foreach (var row in _pages.SelectMany(page => Page.Read(page).TableRows).Where(row => row[0].Trim().StartsWith('`')))
            {
                claims.Add(row[0].Trim(' ', '`'), row[1].Trim(' ', '`'));
            }

            return claims;
        }
    }

    [Theory, MemberData(nameof(Claims))]
    public void ACallBindsAsTheTableSays(string call, string binding) => Assert.Equal(binding, BindingOf(call, LanguageVersion.CSharp14));

    [Fact]
    public void StaticExtensionsNeedCSharp14()
    {
        Assert.Equal("CS9260", BindingOf("torch.load_checkpoint(PATH)", LanguageVersion.CSharp13));
        Assert.Equal("Torchkeep.TorchSharp", BindingOf("TorchExtensions.load_checkpoint(PATH)", LanguageVersion.CSharp13));
        Assert.Equal("Torchkeep.TorchSharp", BindingOf("model.state_dict(keep_vars: false)", LanguageVersion.CSharp13));
        Assert.Equal("Torchkeep.TorchSharp", BindingOf("model.load_state_dict(loaded)", LanguageVersion.CSharp13));
    }

    /// <summary>The assembly of the method that a call is, or the compiler's error.</summary>
    private static string BindingOf(string call, LanguageVersion language)
    {
        var tree = CSharpSyntaxTree.ParseText(
            $$"""
            using System;
            using System.Collections.Generic;
            using System.IO;
            using Torchkeep;
            using TorchSharp;
            using TorchSharp.Modules;
            using static TorchSharp.torch;

            static class Program
            {
                static void Run(
                    string PATH, Stream stream, nn.Module model, Tensor tensor, List<Tensor> list,
                    Dictionary<string, Tensor> dictionary, StateDict state, LoadedCheckpoint loaded, ModuleRegistry registry,
                    Adam optimizer, optim.Optimizer any, LBFGS lbfgs, optim.lr_scheduler.LRScheduler scheduler, PyDict dict)
                {
                    {{call}};
                }
            }
            """,
            new CSharpParseOptions(language));
        var compilation = CSharpCompilation.Create("Claim", [tree], _references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var error = compilation.GetDiagnostics().FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return error is null
            ? compilation.GetSemanticModel(tree).GetSymbolInfo(tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().First()).Symbol!.ContainingAssembly.Name
            : error.Id;
    }
}

using Microsoft.CodeAnalysis.CSharp;

namespace Torchkeep.Analyzers.Tests;

/// <summary>Statements in a program in which all that they need is declared.</summary>
internal static class Statements
{
    private const string Before =
        """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Threading;
        using System.Threading.Tasks;
        using Torchkeep;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;

        static class Program
        {
            static Tensor tensor => throw new InvalidOperationException();

            static void Main()
            {
            }

            static void Run(
                string path, Stream stream, Linear model, Linear other, nn.Module any, Tensor input,
                Dictionary<string, Tensor> dictionary, Adam optimizer, optim.lr_scheduler.LRScheduler scheduler, LoadedCheckpoint given,
                CancellationToken token)
            {

        """;

    private const string After =
        """

            }

            static void Take(object value)
            {
            }
        }

        """;

    internal static Task<Checked> Check(string statements, LanguageVersion language = LanguageVersion.CSharp14) =>
        Checked.Program(Before + statements + After, language);

    /// <summary>The statements alone of a program made here.</summary>
    internal static string Of(Checked program)
    {
        var start = program.Source.IndexOf("    {\n", program.Source.IndexOf("static void Run(", StringComparison.Ordinal), StringComparison.Ordinal) + 6;
        return program.Source[start..program.Source.IndexOf("\n    }\n\n    static void Take", StringComparison.Ordinal)].Trim();
    }
}

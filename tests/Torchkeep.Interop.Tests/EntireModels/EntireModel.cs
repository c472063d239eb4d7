using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>Python that has layers.py and models.py beside modules.py.</summary>
internal static class EntireModel
{
    private static readonly Lazy<string> _layers = new(() =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "EntireModels", "layers.py")));

    private static readonly Lazy<string> _models = new(() =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "EntireModels", "models.py")));

    internal static List<string> Run(Judge judge, JudgeFolder folder, string code) => judge.RunModules(folder, $"{_layers.Value}\n{_models.Value}\n{code}");
}

using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>Python that has layers.py, models.py and nets.py beside modules.py.</summary>
internal static class EntireModel
{
    private static readonly Lazy<string> _scripts = new(() => string.Join('\n', Read("layers.py"), Read("models.py"), Read("nets.py")));

    internal static List<string> Run(Judge judge, JudgeFolder folder, string code) => judge.RunModules(folder, $"{_scripts.Value}\n{code}");

    private static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "EntireModels", name));
}

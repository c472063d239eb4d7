using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>Runs Python that has Optim/optim.py.</summary>
internal static class PyOptim
{
    private static readonly Lazy<string> _script =
        new(() => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Optim", "optim.py")));

    internal static List<string> Run(Judge judge, JudgeFolder folder, string code) => judge.Run(folder[""], _script.Value + "\n" + code);
}

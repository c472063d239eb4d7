namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>What PyTorch raised, its type first.</summary>
internal sealed class JudgeException(string error, string traceback) : Exception(error)
{
    /// <summary>The message with Python's own trace.</summary>
    public override string ToString() => $"{Message}\n{traceback}\n{StackTrace}";
}

namespace Torchkeep.Torch.Risks;

/// <summary>Why names are dangerous.</summary>
internal static class DangerReasons
{
    internal const string RunsPrograms = "it runs programs or controls the system";
    internal const string RunsCode = "it runs code";
    internal const string CallsWhatItIsGiven = "it calls what it is given, then or later";
    internal const string MakesClasses = "it makes classes and functions out of what it is given";
    internal const string ChangesPython = "it changes what Python or PyTorch does later";
    internal const string TouchesFiles = "it reads, writes or removes files";
    internal const string UsesNetwork = "it opens connections";
    internal const string LoadsMore = "it unpickles or loads more";
    internal const string Reaches = "it reaches any other name";
    internal const string Scans = "it is a scanner of pickles, which it could mislead";
    internal const string Listed = "the list of another scanner has it";
}

namespace Torchkeep;

/// <summary>
/// A state_dict does not fit a module, an optimizer or a scheduler. The message lists everything that is wrong, for a module
/// in PyTorch's words; nothing has changed. Each problem is a line, in which text of a file is escaped (<see cref="SafeText.Escape"/>).
/// </summary>
public sealed class StateDictException : InvalidOperationException
{
    internal StateDictException(string moduleClass, IncompatibleKeys keys, IEnumerable<string> problems)
        : base($"Error(s) in loading state_dict for {moduleClass}:\n\t{string.Join("\n\t", problems.Select(SafeText.Escape))}") => Keys = keys;

    /// <summary>The missing and unexpected keys of a module among what is wrong; empty where the load was not strict.</summary>
    public IncompatibleKeys Keys { get; }
}

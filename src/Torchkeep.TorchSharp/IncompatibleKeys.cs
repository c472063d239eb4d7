namespace Torchkeep;

/// <summary>
/// What a load with <c>strict: false</c> did not match, as the named tuple of PyTorch's <c>load_state_dict</c>; both
/// lists are empty after a strict one.
/// </summary>
/// <param name="missing_keys">Names the module has and the state_dict has not, in the module's order.</param>
/// <param name="unexpected_keys">Names the state_dict has and the module has not, parents before children.</param>
public sealed record IncompatibleKeys(IReadOnlyList<string> missing_keys, IReadOnlyList<string> unexpected_keys)
{
    /// <summary>As Python prints it, and with what is not visible escaped (<see cref="SafeText.Escape"/>).</summary>
    public override string ToString() => missing_keys.Count + unexpected_keys.Count == 0
        ? "<All keys matched successfully>"
        : $"_IncompatibleKeys(missing_keys=[{Quoted(missing_keys)}], unexpected_keys=[{Quoted(unexpected_keys)}])";

    private static string Quoted(IEnumerable<string> keys) => string.Join(", ", keys.Select(key => SafeText.Escape(new PyString(key).ToString())));
}

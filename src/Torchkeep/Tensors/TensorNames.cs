namespace Torchkeep.Tensors;

/// <summary>
/// Where the tensors of one file get their names from when the first message needs one: finding them takes a walk over
/// the whole object, which opening does without.
/// </summary>
internal sealed class TensorNames
{
    private Action? _assign;

    /// <summary>Sets what names all tensors of the file.</summary>
    internal void From(Action assign) => _assign = assign;

    internal void Find()
    {
        if (Interlocked.Exchange(ref _assign, null) is not { } assign)
        {
            return;
        }

        try
        {
            assign();
        }
        catch (CheckpointException)
        {
            // The object is too large to be walked; the message that wanted a name goes without.
        }
    }
}

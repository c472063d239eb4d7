namespace Torchkeep.Tensors;

/// <summary>
/// Where the tensors of one file get their names from when the first message needs one: finding them takes a walk over
/// the whole object, which opening does without.
/// </summary>
internal sealed class TensorNames
{
    private Action? _assign;

    /// <summary>Sets what names all tensors of the file. It does so once, and lets other threads wait meanwhile.</summary>
    internal void From(Action assign) => Volatile.Write(ref _assign, assign);

    /// <summary>Names all tensors, or waits for the thread that does.</summary>
    internal void Find()
    {
        if (Volatile.Read(ref _assign) is not { } assign)
        {
            return;
        }

        try
        {
            assign();
            Volatile.Write(ref _assign, null);
        }
        catch (CheckpointException)
        {
            // The object is too large to be walked; the message that wanted a name goes without.
        }
    }
}

namespace Torchkeep.Cli;

/// <summary>A checkpoint of the file that a verb is given, which may have several one after another.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private CheckpointFile(InputFile input, Checkpoint checkpoint, int number, int count) => (Input, Checkpoint, Number, Count) = (input, checkpoint, number, count);

    /// <summary>The file, or the copy of what a pipe gave.</summary>
    internal InputFile Input { get; }

    internal Checkpoint Checkpoint { get; }

    /// <summary>Which of the file's it is, from 1 on.</summary>
    internal int Number { get; }

    /// <summary>How many the file has.</summary>
    internal int Count { get; }

    /// <summary>Opens the checkpoint of a number, or the first.</summary>
    internal static CheckpointFile Open(string file, int? number, ReadOptions options)
    {
        var input = InputFile.Find(file, options);
        try
        {
            return Open(input, number);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    private static CheckpointFile Open(InputFile input, int? number)
    {
        Checkpoint? first = null;
        CheckpointException? error = null;
        try
        {
            first = input.Open();
        }
        catch (InvalidCheckpointException caught)
        {
            error = caught;
        }

        if (first is { FollowingBytes: 0 })
        {
            return Choose(input, [first], number);
        }

        // Something follows, or archives stand one after another, which is an error of the first.
        try
        {
            var all = input.OpenAll();
            first?.Dispose();
            return Choose(input, all, number);
        }
        catch (CheckpointException followed) when (first is not null)
        {
            if (number is null or 1)
            {
                return new(input, first, 1, 1);
            }

            first.Dispose();
            throw new CommandException(CommandWords.Of($"what follows the first checkpoint cannot be read as a checkpoint: {followed.Message}"));
        }
        catch (CheckpointException) when (error is not null)
        {
            throw error;
        }
    }

    /// <summary>The checkpoint where the file has no other; what is made of a file must not lack a part of it without a word.</summary>
    /// <exception cref="CommandException">There are several, and nothing says which is meant.</exception>
    internal static CheckpointFile OpenOnly(string file, int? number, ReadOptions options)
    {
        var opened = Open(file, number, options);
        if (number is null && opened.Count > 1)
        {
            opened.Dispose();
            throw new CommandException($"'{file}' has {opened.Count} checkpoints, one after another: say with --index which is meant, 1 to {opened.Count}");
        }

        return opened;
    }

    public void Dispose()
    {
        Checkpoint.Dispose();
        Input.Dispose();
    }

    private static CheckpointFile Choose(InputFile input, IReadOnlyList<Checkpoint> all, int? number)
    {
        var chosen = (number ?? 1) - 1;
        for (var i = 0; i < all.Count; i++)
        {
            if (i != chosen)
            {
                all[i].Dispose();
            }
        }

        return chosen < all.Count
            ? new(input, all[chosen], chosen + 1, all.Count)
            : throw new CommandException($"'{input.Path}' has {(all.Count == 1 ? "1 checkpoint" : $"{all.Count} checkpoints")}: there is no --index {number}");
    }
}

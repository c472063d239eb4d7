using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>Bytes to look at.</summary>
/// <param name="Source">The bytes.</param>
/// <param name="Record">What findings call them, or null for the file itself.</param>
/// <param name="Depth">In how many others they lie.</param>
/// <param name="IsNamedPickle">Whether they are a pickle because something says so, whatever they look like.</param>
internal sealed record ScanPart(ByteSource Source, string? Record, int Depth, bool IsNamedPickle)
{
    /// <summary>What is found if the bytes are nothing that a reader takes.</summary>
    internal ScanFinding? IfNothing { get; init; }

    /// <summary>What is found if the bytes are a pickle that uses names which are not harmless.</summary>
    internal ScanFinding? IfPickle { get; init; }

    /// <summary>Whether they are a pickle that PyTorch leaves to TorchScript's own reader.</summary>
    internal bool IsTorchScript { get; init; }

    /// <summary>A source that is of use only until the bytes and all that lies in them have been looked at.</summary>
    internal ByteSource? Owned { get; init; }

    /// <summary>What these bytes are the end of, if they follow something in it, and where they begin in that.</summary>
    private ScanPart? Whole { get; init; }

    private long Start { get; init; }

    /// <summary>A record of this.</summary>
    internal ScanPart Inside(ByteSource source, string name, bool isNamedPickle) => new(source, Place(name), Depth + 1, isNamedPickle);

    /// <summary>What follows where this has ended: several calls of <c>torch.save</c> may have written into one stream.</summary>
    internal ScanPart Behind(long end)
    {
        var whole = Whole ?? this;
        var start = Start + end;
        var length = whole.Source.Length - start;
        return new(new SliceByteSource(whole.Source, start, length), whole.Place($"bytes at {start}"), Depth, IsNamedPickle: false)
        {
            Whole = whole,
            Start = start,
            IfNothing = new(ScanRule.DataAfterStop, $"{length} bytes follow the end of what PyTorch reads", whole.Record, start),
            IfPickle = IfPickle,
            IsTorchScript = IsTorchScript,
        };
    }

    /// <summary>What findings call something in this.</summary>
    internal string Place(string name) => Record is null ? name : $"{Record} > {name}";
}

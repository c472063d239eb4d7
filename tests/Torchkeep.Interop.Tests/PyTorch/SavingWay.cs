namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>How judge.py saves.</summary>
public enum SavingWay
{
    /// <summary>torch.save to a path.</summary>
    Default,

    /// <summary>torch.save to an open file.</summary>
    Stream,

    /// <summary>With records on boundaries of 4096 bytes.</summary>
    Aligned,

    /// <summary>With zeros for checksums.</summary>
    WithoutChecksums,

    /// <summary>Without the record that says little-endian.</summary>
    WithoutByteOrder,

    /// <summary>Unpacked, and packed again by a zip program that compresses.</summary>
    Rezipped,

    /// <summary>As the stream of before PyTorch 1.6.</summary>
    Legacy,

    /// <summary>As the tar file of before PyTorch 0.1.10, which no PyTorch at hand writes: by a writer of our own, for plain tensors.</summary>
    Tar,
}

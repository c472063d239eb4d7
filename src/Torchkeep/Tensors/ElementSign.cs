namespace Torchkeep.Tensors;

/// <summary>How an element is negated, which PyTorch's negative bit asks for.</summary>
internal enum ElementSign
{
    /// <summary>Not at all: PyTorch negates no such elements either.</summary>
    None,

    /// <summary>The top bit of every component is flipped.</summary>
    TopBit,

    /// <summary>Two's complement, also of unsigned numbers.</summary>
    TwosComplement,
}

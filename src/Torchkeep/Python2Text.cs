namespace Torchkeep;

/// <summary>
/// What a <c>str</c> of Python 2 becomes, which is text or bytes and does not say: the <c>encoding</c> of
/// <c>torch.load</c>. Files that Python 3 wrote have none.
/// </summary>
public enum Python2Text
{
    /// <summary>
    /// Text where it is UTF-8, PyTorch's default, and <see cref="PyBytes"/> where it is not. There PyTorch fails.
    /// </summary>
    Utf8OrBytes,

    /// <summary>Text, strictly UTF-8: another string is an error, as in PyTorch.</summary>
    Utf8,

    /// <summary>Text of a character a byte: PyTorch's <c>encoding='latin1'</c>.</summary>
    Latin1,

    /// <summary>Text, strictly ASCII: PyTorch's <c>encoding='ascii'</c>.</summary>
    Ascii,

    /// <summary><see cref="PyBytes"/>: PyTorch's <c>encoding='bytes'</c>. Keys of dictionaries are bytes too then.</summary>
    Bytes,
}

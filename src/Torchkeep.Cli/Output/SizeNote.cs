namespace Torchkeep.Cli.Output;

/// <summary>Says before it starts that much will be read or written of a small file.</summary>
internal static class SizeNote
{
    private const long MinBytes = 64L << 20;
    private const int MinRatio = 4;

    /// <param name="terminal">Where to say it.</param>
    /// <param name="input">The file.</param>
    /// <param name="checkpoint">What is open of it.</param>
    /// <param name="bytes">How much it will be.</param>
    /// <param name="what">What is done with them, such as "will be written".</param>
    internal static void Write(Terminal terminal, InputFile input, Checkpoint checkpoint, Int128 bytes, string what)
    {
        var length = input.Length + checkpoint.ShardBytes;
        if (bytes > MinBytes && bytes > (Int128)length * MinRatio)
        {
            terminal.Error.WriteLine($"torchkeep: {Quantity.Bytes(bytes)} {what}, of a file of {Quantity.Bytes(length)}");
        }
    }
}

// Saves again and again to one file, until it is killed: `FILE BYTES FIRST [COUNT]`. Saves are numbered from FIRST on; a
// line with the number is written before each, and one with "saved" after it. The tests of saving run this.
using System.Globalization;
using Torchkeep;

var (path, bytes) = (args[0], long.Parse(args[1], CultureInfo.InvariantCulture));
var first = int.Parse(args[2], CultureInfo.InvariantCulture);
var count = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : int.MaxValue - first;
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
for (var number = first; number < first + count; number++)
{
    using var weights = new ConstantByteSource(bytes, (byte)number);
    var root = new PyDict
    {
        { "number", number },
        { "weights", new TensorView(new TensorStorage(weights), ElementType.UInt8, [bytes]) },
    };
    output.WriteLine(number);
    try
    {
        Checkpoint.Save(root, path);
    }
    catch (IOException error)
    {
        output.WriteLine($"failed {error.Message}");
        continue;
    }

    output.WriteLine("saved");
}

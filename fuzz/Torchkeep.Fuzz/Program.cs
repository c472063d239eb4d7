// `afl TARGET` is what afl-fuzz runs (eng/fuzz does it all); `mutate TARGET SECONDS FOLDER [SEED]` changes the corpus at
// random and knows nothing of coverage; `run TARGET FILE...` runs single inputs.
using System.Globalization;
using SharpFuzz;
using Torchkeep.Fuzz;

var target = FuzzTargets.All.Single(one => one.Name == args[1]);
switch (args[0])
{
    case "afl":
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            target.Run(bytes.ToArray());
        });
        return 0;
    case "mutate":
        return new Mutator(target, args[3], args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 1).Run(TimeSpan.FromSeconds(int.Parse(args[2], CultureInfo.InvariantCulture)));
    case "run":
        foreach (var file in args[2..])
        {
            target.Run(File.ReadAllBytes(file));
        }

        return 0;
    default:
        return 64;
}

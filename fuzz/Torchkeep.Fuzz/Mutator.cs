using System.Diagnostics;

namespace Torchkeep.Fuzz;

/// <summary>
/// Changes inputs of a corpus at random and runs them. It is not told which code an input reaches; afl-fuzz is, and is the
/// better way where it is installed. Bytes of the dictionary are put in as well.
/// </summary>
internal sealed class Mutator
{
    private const long MaxAllocated = 256L << 20;
    private static readonly TimeSpan _maxTime = TimeSpan.FromSeconds(1);

    private readonly FuzzTarget _target;
    private readonly string _folder;
    private readonly Random _random;
    private readonly List<byte[]> _corpus;
    private readonly List<byte[]> _words;

    internal Mutator(FuzzTarget target, string folder, int seed)
    {
        _target = target;
        _folder = folder;
        _random = new(seed);
        _corpus = [.. Directory.EnumerateFiles(Path.Combine(folder, "corpora", target.Name)).Order().Select(File.ReadAllBytes)];
        _words = [.. Dictionaries.Words(folder)];
    }

    /// <summary>Runs for so long; gives 1 if something was found, which is in <c>artifacts/fuzz/findings</c> then.</summary>
    internal int Run(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        long count = 0;
        var findings = 0;
        while (clock.Elapsed < time && findings < 20)
        {
            var input = Mutate();
            findings += IsFine(input) ? 0 : 1;
            count++;
        }

        Console.WriteLine($"{_target.Name}: {count} executions in {clock.Elapsed.TotalSeconds:0} s without coverage, {findings} findings");
        return findings > 0 ? 1 : 0;
    }

    private bool IsFine(byte[] input)
    {
        var copy = (byte[])input.Clone();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        try
        {
            _target.Run(copy);
        }
        catch (Exception error)
        {
            return Report(input, error.ToString());
        }

        if (Stopwatch.GetElapsedTime(start) > _maxTime && IsAlwaysSlow(input))
        {
            return Report(input, $"takes over {_maxTime.TotalSeconds:0.0} s");
        }

        return GC.GetAllocatedBytesForCurrentThread() - allocated is var more && more <= MaxAllocated || Report(input, $"allocated {more} bytes");
    }

    // Once may be the machine's doing.
    private bool IsAlwaysSlow(byte[] input)
    {
        const int Tries = 5;
        for (var i = 0; i < Tries; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _target.Run((byte[])input.Clone());
            if (Stopwatch.GetElapsedTime(start) <= _maxTime)
            {
                return false;
            }
        }

        return true;
    }

    private bool Report(byte[] input, string problem)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "..", "artifacts", "fuzz", "findings")).FullName;
        var file = Path.Combine(folder, $"{_target.Name}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"{file}: {problem}");
        return false;
    }

    private byte[] Mutate()
    {
        var input = new List<byte>(_corpus[_random.Next(_corpus.Count)]);
        for (var changes = 1 + _random.Next(6); changes > 0; changes--)
        {
            var at = _random.Next(input.Count + 1);
            var length = Math.Min(1 + _random.Next(1 + _random.Next(64)), input.Count - at);
            switch (_random.Next(8))
            {
                case 0 when at < input.Count:
                    input[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1 when at < input.Count:
                    input[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    input.RemoveRange(at, length);
                    break;
                case 3:
                    input.InsertRange(at, input.GetRange(at, length));
                    break;
                case 4:
                    input.InsertRange(at, _words[_random.Next(_words.Count)]);
                    break;
                case 5:
                    Overwrite(input, at, _words[_random.Next(_words.Count)]);
                    break;
                case 6:
                    Overwrite(input, at, BitConverter.GetBytes(_random.NextInt64() >> _random.Next(64)).AsSpan(0, 1 << _random.Next(4)));
                    break;
                default:
                    var other = _corpus[_random.Next(_corpus.Count)];
                    var start = _random.Next(other.Length + 1);
                    Overwrite(input, at, other.AsSpan(start, Math.Min(length, other.Length - start)));
                    break;
            }
        }

        return [.. input];
    }

    private static void Overwrite(List<byte> input, int at, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length && at + i < input.Count; i++)
        {
            input[at + i] = bytes[i];
        }
    }
}

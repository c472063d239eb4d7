using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>
/// A real PyTorch, which says what an object is: a Python process that runs judge.py for as long as the tests do, since
/// importing torch takes seconds. It ends by itself when its standard input is closed.
/// </summary>
internal sealed class Judge
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private static readonly ConcurrentDictionary<string, Lazy<Judge>> _judges = new();

    private static readonly Lazy<string> _modules = new(() => ReadScript("Modules", "modules.py"));

    private readonly Interpreter _interpreter;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Lock _turn = new();

    private Judge(Interpreter interpreter)
    {
        _interpreter = interpreter;
        var start = new ProcessStartInfo(interpreter.Command, ["-u", "-c", ReadScript("PyTorch", "judge.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The order of a set of strings depends on it.
        start.Environment["PYTHONHASHSEED"] = "0";

        // PyTorch then checks with each load that storages are where it computes them to be without looking.
        start.Environment["TORCH_SERIALIZATION_DEBUG"] = "1";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.BeginErrorReadLine();

        var hello = Ask(new() { ["verb"] = "hello" });
        Version = hello.GetProperty("version").GetString()!;
        MapsFiles = hello.GetProperty("maps").GetBoolean();
        IsSafeByDefault = hello.GetProperty("refuses").GetBoolean();
        ElementTypes = hello.GetProperty("dtypes").EnumerateArray().Select(name => name.GetString()!).ToHashSet();
    }

    internal string Name => _interpreter.Name;

    internal Interpreter Interpreter => _interpreter;

    /// <summary>PyTorch's own version.</summary>
    internal string Version { get; }

    /// <summary>Before 2.0.</summary>
    internal bool IsOld => Version.StartsWith("1.", StringComparison.Ordinal);

    /// <summary>Whether torch.load knows mmap.</summary>
    internal bool MapsFiles { get; }

    /// <summary>Whether torch.load has weights_only on.</summary>
    internal bool IsSafeByDefault { get; }

    /// <summary>The names of all dtypes it has, aliases among them.</summary>
    internal IReadOnlySet<string> ElementTypes { get; }

    /// <summary>The judge of that name. Where there is none the test is skipped, or fails if PyTorch is required.</summary>
    internal static Judge Named(string name)
    {
        if (Interpreters.Find(name) is { } interpreter)
        {
            return _judges.GetOrAdd(name, _ => new(() => new(interpreter))).Value;
        }

        var reason = $"there is no PyTorch '{name}': eng/install-pytorch installs it, or TORCHKEEP_PYTHON names another";
        if (Interpreters.AreRequired)
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
        return null!;
    }

    /// <summary>A new folder that both sides see, gone when it is disposed.</summary>
    internal JudgeFolder NewFolder() => new(_interpreter.Root);

    /// <summary>Saves the object that judge.py has under a name, and describes it as it was in memory.</summary>
    internal List<string> Make(string name, string path, int protocol = 2, SavingWay way = SavingWay.Default) =>
        Make(new() { ["name"] = name, ["path"] = Inside(path), ["protocol"] = protocol, ["way"] = way.ToString() });

    /// <summary>As <see cref="Make(string, string, int, SavingWay)"/>, without looking at the object.</summary>
    internal void MakeOnly(string name, string path) =>
        Make(new() { ["name"] = name, ["path"] = Inside(path), ["describe"] = false });

    /// <summary>Loads a file by torch.load with nothing but the path, or as the options say, and describes the object.</summary>
    /// <exception cref="JudgeException">PyTorch does not load it.</exception>
    internal List<string> Describe(string path, bool mapped = false, bool trusted = false, bool guarded = false) =>
        Lines(new()
        {
            ["verb"] = "describe",
            ["path"] = Inside(path),
            ["mmap"] = mapped,
            ["weights_only"] = trusted ? false : null,
            ["guarded"] = guarded,
        });

    /// <summary>Loads a file mapped; says how many entries it has, and the last elements of some.</summary>
    internal List<string> Ends(string path, int count, params string[] names) =>
        Lines(new() { ["verb"] = "ends", ["path"] = Inside(path), ["count"] = count, ["names"] = names });

    /// <summary>Runs Python, which has torch and a path, and leaves a list of strings called lines.</summary>
    internal List<string> Run(string path, string code) =>
        Lines(new() { ["verb"] = "run", ["path"] = Inside(path), ["code"] = code });

    /// <summary>Runs Python that has Modules/modules.py, with the path of a whole folder.</summary>
    internal List<string> RunModules(JudgeFolder folder, string code) => Run(folder[""], _modules.Value + "\n" + code);

    private List<string> Make(Dictionary<string, object?> question)
    {
        try
        {
            return Lines(new(question) { ["verb"] = "make" });
        }
        catch (JudgeException error) when (Name == Interpreters.Given && error.Message.Split(':')[0] is "AttributeError" or "TypeError")
        {
            Assert.Skip($"PyTorch {Version} cannot make '{question["name"]}': {error.Message}");
            throw;
        }
    }

    private List<string> Lines(Dictionary<string, object?> question) =>
        [.. Ask(question).EnumerateArray().Select(line => line.GetString()!)];

    private JsonElement Ask(Dictionary<string, object?> question)
    {
        lock (_turn)
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(question));
            _process.StandardInput.Flush();
            var reply = _process.StandardOutput.ReadLineAsync();
            if (!reply.Wait(_patience))
            {
                _process.Kill();
            }

            var line = reply.Result ?? throw new InvalidOperationException(
                $"PyTorch {Name} is gone, or did not answer {question["verb"]} in {_patience}:\n{string.Join('\n', _errors)}");
            var answer = JsonDocument.Parse(line).RootElement;
            return answer.TryGetProperty("error", out var error)
                ? throw new JudgeException(error.GetString()!, answer.GetProperty("traceback").GetString()!)
                : answer.GetProperty("result");
        }
    }

    private void KeepError(string? line)
    {
        const int Kept = 40;
        if (line is not null)
        {
            _errors.Enqueue(line);
            if (_errors.Count > Kept)
            {
                _errors.TryDequeue(out _);
            }
        }
    }

    private static string ReadScript(string folder, string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", folder, name));

    private string Inside(string path) => _interpreter.Root is { } root ? path[Path.TrimEndingDirectorySeparator(root).Length..] : path;
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// Says in one sentence that libstdc++ is too old for TorchSharp's native library. TorchSharp itself then speaks of a
/// missing package, after some 60 lines. The runtime asks here only once it has found no library that loads.
/// </summary>
internal static class NativeLibraryCheck
{
    private const string Library = "LibTorchSharp";

    private static bool _isLoaded;

    /// <summary>Loads the library, or throws the sentence: before a call of TorchSharp that would take it for a missing package.</summary>
    internal static void Run()
    {
        if (!_isLoaded && OperatingSystem.IsLinux())
        {
            _isLoaded = NativeLibrary.TryLoad(Library, typeof(torch).Assembly, null, out _);
        }
    }

    [ModuleInitializer]
    internal static void Register()
    {
        if (OperatingSystem.IsLinux() && AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) is { } context)
        {
            context.ResolvingUnmanagedDll += Explain;
        }
    }

    /// <summary>The sentence for a library whose loading failed with this message; null if the cause is another.</summary>
    internal static string? Explanation(string library, string message)
    {
        var start = message.IndexOf("GLIBCXX_", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var length = message.AsSpan(start).IndexOfAny("'` \n)");
        var version = length < 0 ? message[start..] : message.Substring(start, length);
        return $"TorchSharp's native library '{library}' needs {version}, which this system's libstdc++ is too old to have: build the program with the package "
            + "Torchkeep.TorchSharp and without TorchkeepWeakenGlibcxx=false, which mends this in the output, or run it on Debian 13, Ubuntu 24.04 or RHEL 10";
    }

    private static nint Explain(Assembly assembly, string name)
    {
        if (name == Library && FindLibrary(assembly) is { } library)
        {
            try
            {
                return NativeLibrary.Load(library);
            }
            catch (DllNotFoundException error) when (Explanation(library, error.Message) is { } explanation)
            {
                throw new DllNotFoundException(explanation);
            }
            catch (DllNotFoundException)
            {
                // TorchSharp goes on looking elsewhere, and reports what it did not find.
            }
        }

        return 0;
    }

    private static string? FindLibrary(Assembly assembly)
    {
        var folders = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Append(AppContext.BaseDirectory).Append(Path.GetDirectoryName(assembly.Location) ?? "")
            .Select(folder => Path.Combine(folder, $"lib{Library}.so"))
            .FirstOrDefault(File.Exists);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Torchkeep.Tests.Shared;

/// <summary>
/// Keeps oneDNN to its plain kernels. Those that libtorch 2.10 has for AVX2 and AVX-512 compute LSTM and ConvTranspose3d
/// wrong on some processors, whatever was loaded into them. ONEDNN_MAX_CPU_ISA, where it is set, is left alone.
/// </summary>
internal static partial class PlainKernels
{
    [ModuleInitializer]
    internal static void Choose()
    {
        // .NET keeps an environment of its own on Unix, which native code does not see.
        if (!OperatingSystem.IsWindows() && SetVariable("ONEDNN_MAX_CPU_ISA", "SSE41", overwrite: 0) != 0)
        {
            throw new InvalidOperationException("setenv failed");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}

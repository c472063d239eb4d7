namespace Torchkeep.TorchSharp.Tests;

/// <summary>The sentence for a native library that asks for a newer libstdc++.</summary>
public sealed class NativeLibraryCheckTests
{
    [Fact]
    public void AnOlderLibstdcppIsNamed()
    {
        var explanation = NativeLibraryCheck.Explanation(
            "/app/libLibTorchSharp.so",
            "Unable to load shared library '/app/libLibTorchSharp.so' or one of its dependencies.\n"
            + "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)");
        Assert.StartsWith("TorchSharp's native library '/app/libLibTorchSharp.so' needs GLIBCXX_3.4.32, which this system's", explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherCauseIsTorchSharpsToTell() =>
        Assert.Null(NativeLibraryCheck.Explanation("/app/libLibTorchSharp.so", "libtorch.so: cannot open shared object file: No such file or directory"));

    [Fact]
    public void WhereTheLibraryLoadsNothingIsThrown()
    {
        NativeLibraryCheck.Run();
        NativeLibraryCheck.Run();
    }
}

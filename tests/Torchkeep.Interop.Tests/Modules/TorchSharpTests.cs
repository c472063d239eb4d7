using System.Runtime;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>
/// Base of tests that compute with TorchSharp, which run one at a time and without garbage collections: TorchSharp lets
/// native code work on temporary tensors and scalars that nothing refers to any more, so that a collection at that moment
/// frees them in use. Once in a thousand tests that was a wrong number or a crash.
/// </summary>
[Collection(nameof(TorchSharpTests))]
[CollectionDefinition(nameof(TorchSharpTests), DisableParallelization = true)]
public abstract class TorchSharpTests : IDisposable
{
    private const long MaxManagedBytes = 16 << 20;

    protected TorchSharpTests() => Assert.True(GC.TryStartNoGCRegion(MaxManagedBytes));

    public void Dispose()
    {
        // A test that allocates more than that has ended it.
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }

        GC.SuppressFinalize(this);
    }
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>Tensors of every make, saved and loaded.</summary>
public class SaveTensorTests
{
    private static readonly Dictionary<string, Func<Tensor>> _views = new()
    {
        ["whole"] = () => arange(24).reshape(2, 3, 4),
        ["at an offset"] = () => arange(24)[5..9],
        ["turned"] = () => arange(24).reshape(4, 6).t(),
        ["with gaps"] = () => arange(24).reshape(4, 6)[.., TensorIndex.Slice(1, 6, 2)],
        ["expanded"] = () => arange(3).expand(4, 3),
        ["overlapping"] = () => arange(9).as_strided([3, 4], [2, 1], 1),
        ["channels last"] = () => arange(24).reshape(1, 2, 3, 4).permute(0, 2, 3, 1),
        ["one element"] = () => arange(24)[7],
        ["0-dim"] = () => tensor(3),
        ["empty"] = () => empty([0]),
        ["empty of three dimensions"] = () => empty([2, 0, 3]),
        ["empty within a storage"] = () => arange(24)[3..3],
        ["real part"] = () => Complex().real,
        ["imaginary part"] = () => Complex().imag,
        ["seen as real"] = () => Complex().view_as_real(),
        ["seen as complex"] = () => arange(8, dtype: float32).reshape(4, 2).view_as_complex(),
    };

    public static TheoryData<string> Views => [.. _views.Keys];

    [Theory]
    [MemberData(nameof(Views))]
    public void AViewKeepsItsElementsAndItsLayout(string view)
    {
        var saved = _views[view]();

        var loaded = InMemory.Reload(saved);

        Assert.Equal(Bits.Of(saved), Bits.Of(loaded));
        Assert.Equal((saved.dtype, saved.storage_offset()), (loaded.dtype, loaded.storage_offset()));
        Assert.Equal(saved.shape, loaded.shape);
        Assert.Equal(saved.stride(), loaded.stride());
        Assert.Equal(Native.StorageBytes(saved), Native.StorageBytes(loaded));
    }

    [Fact]
    public void TensorsThatShareMemoryShareItInTheFileAndWhenLoaded()
    {
        var whole = arange(12);
        var file = InMemory.Save((Tensor[])[whole, whole[6..], whole.reshape(3, 4).t()]);

        using var checkpoint = Checkpoint.Open(file);
        Assert.Single(checkpoint.Tensors.Select(tensor => tensor.View.Storage).Distinct());
        using var loaded = InMemory.Load(file);
        var tensors = loaded.tensors();
        tensors[0].fill_(5);
        Assert.All(tensors, tensor => Assert.True(tensor.eq(5).all().item<bool>()));
    }

    [Fact]
    public void OneTensorSavedTwiceIsOneObject()
    {
        var tensor = ones(2);

        using var loaded = InMemory.Reload((Tensor[])[tensor, tensor]);

        Assert.Same(loaded.value[0], loaded.value[1]);
        var tensors = loaded.tensors();
        Assert.Same(tensors[0], tensors[1]);
    }

    [Fact]
    public void TensorsOfEqualValuesStayApart()
    {
        using var loaded = InMemory.Reload((Tensor[])[ones(2), ones(2)]);

        var tensors = loaded.tensors();
        tensors[0].fill_(5);
        Assert.Equal([1f, 1f], tensors[1].data<float>().ToArray());
    }

    [Fact]
    public void TensorsOverOneArrayMayDifferInLength()
    {
        float[] array = [1, 2, 3, 4];
        using var start = frombuffer(array, ScalarType.Float32, 2);
        using var whole = frombuffer(array, ScalarType.Float32, 4);

        using var loaded = InMemory.Reload((Tensor[])[start, whole]);

        Assert.Equal([[1, 2], [1, 2, 3, 4]], loaded.tensors().Select(tensor => tensor.data<float>().ToArray()));
    }

    [Fact]
    public void OneMemoryUnderTwoTypesIsRefusedAsInPyTorch()
    {
        var numbers = Complex();

        var error = Assert.Throws<UnsupportedCheckpointException>(() => InMemory.Save((Tensor[])[numbers, numbers.real]));

        Assert.Contains("complex64", error.Message, StringComparison.Ordinal);
        Assert.Contains("float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AConjugateIsSavedAsWhatItMeans()
    {
        var conjugate = Complex().conj();
        Assert.True(conjugate.is_conj());

        var loaded = InMemory.Reload(conjugate);

        Assert.False(loaded.is_conj());
        Assert.Equal(Bits.Of(conjugate.conj_physical().conj_physical()), Bits.Of(loaded));
        Assert.Equal(Complex().imag.neg().data<float>().ToArray(), loaded.imag.data<float>().ToArray());
    }

    [Fact]
    public void ANegatedViewIsSavedAsWhatItMeans()
    {
        var negated = Complex().conj().imag;
        Assert.True(negated.is_neg());

        var loaded = InMemory.Reload(negated);

        Assert.False(loaded.is_neg());
        Assert.Equal(Complex().imag.neg().data<float>().ToArray(), loaded.data<float>().ToArray());
    }

    [Fact]
    public void RequiresGradIsKeptAndTheGraphIsNot()
    {
        var leaf = ones(2).requires_grad_(true);

        var (loadedLeaf, loadedResult, plain) = InMemory.Reload(leaf, leaf * 2, ones(2));

        Assert.Equal((true, true), (loadedLeaf.requires_grad, loadedLeaf.is_leaf));
        Assert.Equal((true, true), (loadedResult.requires_grad, loadedResult.is_leaf));
        Assert.False(plain.requires_grad);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AParameterComesBackAsOne(bool requiresGrad)
    {
        var loaded = Assert.IsType<Parameter>(InMemory.Reload(new Parameter(ones(2), requiresGrad)));

        Assert.Equal((requiresGrad, true), (loaded.requires_grad, loaded.is_leaf));
        Assert.Equal([1f, 1f], loaded.data<float>().ToArray());
    }

    [Fact]
    public void ASparseTensorIsRefused() =>
        Assert.Contains("sparse", Refusal(eye(3).to_sparse()), StringComparison.Ordinal);

    [Fact]
    public void AQuantizedTensorIsRefused() =>
        Assert.Contains("quantize", Refusal(quantize_per_tensor(ones(3), 0.1, 0, ScalarType.QInt8)), StringComparison.Ordinal);

    [Fact]
    public void AMetaTensorIsRefused() =>
        Assert.Contains("meta", Refusal(empty([3], device: META)), StringComparison.Ordinal);

    [Fact]
    public void ADisposedTensorIsRefusedAndTheOldFileStays()
    {
        using var folder = new TemporaryFolder();
        var disposed = ones(2);
        disposed.Dispose();
        File.WriteAllText(folder["old.pt"], "old");

        Assert.Throws<InvalidOperationException>(() => torch.save(new List<Tensor> { ones(2), disposed }, folder["old.pt"]));

        Assert.Equal("old", File.ReadAllText(folder["old.pt"]));
    }

    [Fact]
    public void SavingWritesFromTheTensorsOwnMemory()
    {
        var tensor = rand(1 << 20);
        var (start, length) = (Native.Data(tensor), Native.StorageBytes(tensor));
        using var stream = new AddressStream();
        torch.save_checkpoint(tensor, Stream.Null, cancellationToken: TestContext.Current.CancellationToken);
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        torch.save_checkpoint(tensor, stream, cancellationToken: TestContext.Current.CancellationToken);

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.Equal(length, stream.Writes.Where(write => write.Address >= start && write.Address + write.Length <= start + length).Sum(write => (long)write.Length));
        Assert.InRange(allocated, 0, length / 8);
    }

    [Fact]
    public void SavingGoesOnAfterTheTensorIsDisposedByProgress()
    {
        var tensor = rand(1 << 20);
        var expected = Bits.Of(tensor);
        var stream = new MemoryStream();

        torch.save_checkpoint(tensor, stream, progress: new Immediate(_ => tensor.Dispose()), cancellationToken: TestContext.Current.CancellationToken);

        using var loaded = InMemory.Load(stream.ToArray());
        Assert.Equal(expected, Bits.Of(loaded.tensor()));
    }

    private static Tensor Complex() => torch.complex(arange(4, dtype: float32), arange(4, 8, dtype: float32));

    private static string Refusal(Tensor tensor) => Assert.Throws<NotSupportedException>(() => InMemory.Save(tensor)).Message;

    private sealed class Immediate(Action<SaveProgress> report) : IProgress<SaveProgress>
    {
        public void Report(SaveProgress value) => report(value);
    }
}

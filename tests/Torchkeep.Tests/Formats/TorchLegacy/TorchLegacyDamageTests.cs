namespace Torchkeep.Tests.Formats.TorchLegacy;

/// <summary>A stream that is damaged in any one place gives values or one exception type, and asks for little memory.</summary>
public sealed class TorchLegacyDamageTests
{
    private const long MaxAllocated = 1 << 20;

    [Fact]
    public void EveryCutIsRefused()
    {
        var file = LegacyBytes.SmallFile;
        for (var length = 0; length < file.Length; length++)
        {
            var cut = file[..length];
            Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(cut));
        }
    }

    // There is no checksum: a bit that is wrong in a tensor is a wrong tensor.
    [Fact]
    public void AnyBitMayBeWrong()
    {
        var file = LegacyBytes.SmallFile;
        var refused = 0;
        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            var damaged = (byte[])file.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += IsRead(damaged, bit) ? 0 : 1;
        }

        Assert.InRange(refused, file.Length, (8 * file.Length) - 1);
    }

    [Fact]
    public void AnyByteMayBeLostOrAdded()
    {
        var file = LegacyBytes.SmallFile;
        foreach (var place in Enumerable.Range(0, file.Length))
        {
            var isRead = IsRead([.. file[..place], .. file[(place + 1)..]], 8 * place);

            // Of the two storages and their counts none can be missed.
            Assert.False(isRead && place >= file.Length - 48, $"{place}");
            IsRead([.. file[..place], 0, .. file[place..]], 8 * place);
        }
    }

    private static bool IsRead(byte[] file, int bit)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var checkpoint = Checkpoint.Open(file);
            foreach (var tensor in checkpoint.Tensors)
            {
                tensor.View.ReadBytes(new byte[tensor.View.ByteLength]);
            }

            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
        catch (Exception error)
        {
            Assert.Fail($"bit {bit}: {error}");
            return false;
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"bit {bit} asks for much memory");
        }
    }
}

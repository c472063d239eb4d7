namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>A file that is damaged in any one place gives its values or one exception type, and asks for little memory.</summary>
public sealed class TorchZipDamageTests
{
    // A file of 2 KiB: the tail that is searched, the interpreter's state, an exception.
    private const long MaxAllocated = 2 << 20;

    private static readonly ReadOptions _unchecked = new() { VerifyChecksums = false };

    public static TheoryData<string> Kinds => ["plain", "zip64", "deflated", "ours"];

    [Theory, MemberData(nameof(Kinds))]
    public void EveryCutIsRefused(string kind)
    {
        var file = Make(kind);
        for (var length = 0; length < file.Length; length++)
        {
            AssertRefused(file[..length]);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EveryFlippedByteGivesTheValuesOrAnException(string kind)
    {
        var file = Make(kind);
        var refused = 0;
        foreach (var flip in new byte[] { 0x01, 0x80, 0xff })
        {
            for (var place = 0; place < file.Length; place++)
            {
                var damaged = (byte[])file.Clone();
                damaged[place] ^= flip;
                var before = GC.GetAllocatedBytesForCurrentThread();
                refused += IsRead(damaged, ReadOptions.Default, place) ? 0 : 1;
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"byte {place} ^ {flip:x2} asks for much memory");
            }
        }

        Assert.InRange(refused, file.Length / 2, (file.Length * 3) - 1);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void WithoutChecksumsAFlippedByteIsAnExceptionOrOtherValues(string kind)
    {
        var file = Make(kind);
        for (var place = 0; place < file.Length; place++)
        {
            var damaged = (byte[])file.Clone();
            damaged[place] ^= 0xff;
            var before = GC.GetAllocatedBytesForCurrentThread();
            TouchEverything(damaged, _unchecked, place);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"byte {place} asks for much memory");
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EveryByteThatIsLostOrAddedGivesTheValuesOrAnException(string kind)
    {
        var file = Make(kind);
        for (var place = 0; place < file.Length; place++)
        {
            IsRead([.. file[..place], .. file[(place + 1)..]], ReadOptions.Default, place);
            IsRead([.. file[..place], 0, .. file[place..]], ReadOptions.Default, place);
        }
    }

    private static byte[] Make(string kind)
    {
        switch (kind)
        {
            case "plain":
                return SmallModel.Zip.Build();
            case "zip64":
                return new RawZip([.. SmallModel.Zip.Records.Select(record => record with { Is64 = true })]) { HasEnd64 = true, EndIsMasked = true }.Build();
            case "deflated":
                return new RawZip([.. SmallModel.Zip.Records.Select(record => RawRecord.Deflated(record.Name, record.Payload))]).Build();
            default:
                using (var checkpoint = Checkpoint.Open(SmallModel.Zip.Build()))
                {
                    var stream = new MemoryStream();
                    Checkpoint.Save(checkpoint.Root, stream, cancellationToken: TestContext.Current.CancellationToken);
                    return stream.ToArray();
                }
        }
    }

    // What is read must be right: the checksums cover pickle and tensors.
    private static bool IsRead(byte[] file, ReadOptions options, int place)
    {
        try
        {
            using var checkpoint = Checkpoint.Open(file, options);
            SmallModel.AssertWhole(checkpoint);
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
        catch (Exception error)
        {
            Assert.Fail($"byte {place}: {error}");
            return false;
        }
    }

    private static void TouchEverything(byte[] file, ReadOptions options, int place)
    {
        try
        {
            using var checkpoint = Checkpoint.Open(file, options);
            foreach (var tensor in checkpoint.Tensors)
            {
                tensor.View.ReadBytes(new byte[tensor.View.ByteLength]);
            }
        }
        catch (CheckpointException)
        {
        }
        catch (Exception error)
        {
            Assert.Fail($"byte {place}: {error}");
        }
    }

    private static void AssertRefused(byte[] file)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));
        Assert.NotEmpty(error.Message);
    }
}

using System.Text;
using static Torchkeep.Tests.Formats.Safetensors.SafetensorsBytes;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>What a broken or lying file is told. Each is refused when it is opened, and with a message of its own.</summary>
public sealed class SafetensorsHostileTests
{
    private const string Tensor = """{"dtype":"U8","shape":[1],"data_offsets":[0,1]}""";

    /// <summary>A header, the number of data bytes behind it, what is said, about which tensor.</summary>
    public static TheoryData<string, int, string, string?> Lies => new()
    {
        { "{", 0, "the JSON text is broken", null },
        { "{]", 0, "the JSON text is broken", null },
        { """{"a":1,}""", 0, "a tensor must be an object", "a" },
        { $$"""{"a":{{Tensor}},}""", 1, "the JSON text is broken", null },
        { $$$"""{"a":{{{Tensor}}}}x""", 1, "the JSON text is broken", null },
        { $$$"""{"a":{{{Tensor}}}}{}""", 1, "the JSON text is broken", null },
        { $$$"""{"a":{{{Tensor}}}}{{{"\0"}}}""", 1, "the header ends with 1 NUL bytes", null },
        { $$$"""{/*c*/"a":{{{Tensor}}}}""", 1, "the JSON text is broken", null },
        { """{"\ud800":{}}""", 0, "half of a surrogate pair", null },
        { """{"a":{"dtype":"\udc00"}}""", 0, "half of a surrogate pair", "a" },
        { $$$"""{"a":{{{Tensor}}},"a":{{{Tensor}}}}""", 1, "this entry twice", "a" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "this entry twice", "__metadata__" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "'__metadata__' has an entry twice", null },
        { """{"__metadata__":{"a":1}}""", 0, "the entry 'a' of '__metadata__' must be a text, and no reader of safetensors takes it else, found a number", null },
        { """{"__metadata__":{"a":null}}""", 0, "the entry 'a' of '__metadata__' must be a text, and no reader of safetensors takes it else, found null", null },
        { """{"__metadata__":[]}""", 0, "'__metadata__' must be an object of texts, found an array", null },
        { $$$"""{"__metadata__":{{{Tensor}}}}""", 1, "the entry 'shape' of '__metadata__' must be a text", null },
        { """{"a":null}""", 0, "a tensor must be an object", "a" },
        { """{"a":[]}""", 0, "a tensor must be an object", "a" },
        { """{"a":{}}""", 0, "the tensor has no dtype", "a" },
        { """{"a":{"dtype":"U8"}}""", 0, "the tensor has no shape", "a" },
        { """{"a":{"dtype":"U8","shape":[]}}""", 1, "the tensor has no data_offsets", "a" },
        { """{"a":{"dtype":"U8","dtype":"U8"}}""", 0, "the tensor has dtype twice", "a" },
        { """{"a":{"shape":[],"shape":[]}}""", 0, "the tensor has shape twice", "a" },
        { """{"a":{"data_offsets":[0,1],"data_offsets":[0,1]}}""", 0, "the tensor has data_offsets twice", "a" },
        { """{"a":{"dtype":8}}""", 0, "dtype must be a text, found a number", "a" },
        { """{"a":{"dtype":"U8","shape":1}}""", 0, "shape must be an array of numbers from 0 on, found a number", "a" },
        { """{"a":{"dtype":"U8","shape":["1"]}}""", 0, "shape must be an array of numbers from 0 on, found a text", "a" },
        { """{"a":{"dtype":"U8","shape":[-1]}}""", 0, "shape must be an array of numbers from 0 on, found another number", "a" },
        { """{"a":{"dtype":"U8","shape":[1.0]}}""", 0, "found another number", "a" },
        { """{"a":{"dtype":"U8","shape":[1e0]}}""", 0, "found another number", "a" },
        { """{"a":{"dtype":"U8","shape":[9223372036854775808]}}""", 0, "found another number", "a" },
        { """{"a":{"dtype":"U8","shape":[18446744073709551616]}}""", 0, "found another number", "a" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "data_offsets must be two numbers from 0 on, found its end", "a" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "data_offsets must be two numbers from 0 on, found a number", "a" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":{}}}""", 1, "data_offsets must be two numbers from 0 on, found an object", "a" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "should end before it begins", "a" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "no bytes may lie between them", "a" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "no two may share bytes", "b" },
        { $$$"""{"a":{{{Tensor}}},"b":{{{Tensor}}}}""", 1, "no two may share bytes", "b" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3, "no bytes may lie between them", "b" },
        { $$$"""{"a":{{{Tensor}}}}""", 0, "the tensors need 1 bytes, and 0 follow the header: the file is truncated", null },
        { $$$"""{"a":{{{Tensor}}}}""", 2, "the tensors need 1 bytes, and 2 follow the header: the last 1 belong to none", null },
        { "{}", 1, "the last 1 belong to none", null },
        { """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 1, "the file is truncated", null },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2]}}""", 2, "the tensor has 2 bytes, and the shape [1] of torch.float32 needs 4", "a" },
        { """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,1]}}""", 1, "the tensor has 1 bytes, and the shape [0] of torch.uint8 needs 0", "a" },
        { """{"a":{"dtype":"F6_E2M3","shape":[3],"data_offsets":[0,3]}}""", 3, "needs 2 and a part of one", "a" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "more bytes than 64 bits can count", "a" },
        { """{"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,0]}}""", 0, "more bytes than 64 bits can count", "a" },
        { """{"a":{"dtype":"U8","shape":[0,9223372036854775807,4],"data_offsets":[0,0]}}""", 0, "more bytes than 64 bits can count", "a" },
    };

    [Theory, MemberData(nameof(Lies))]
    public void ALieIsRefused(string header, int dataLength, string expected, string? tensor)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(new CountingByteSource(File(header, new byte[dataLength]))));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(("counted", tensor), (error.File, error.TensorName));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F5","shape":[1],"data_offsets":[0,1]}}""", "the dtype 'F5' is none")]
    [InlineData("""{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,1]}}""", "the dtype 'f32' is none")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2,1],"data_offsets":[0,1]}}""", "the last dimension must be even")]
    [InlineData("""{"a":{"dtype":"F4","shape":[],"data_offsets":[0,0]}}""", "the last dimension must be even")]
    public void WhatPyTorchHasNoTensorForIsNotRead(string header, string expected)
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(File(header, 0)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("a", error.TensorName);
    }

    [Fact]
    public void TextThatIsNotUtf8IsRefused()
    {
        byte[] header = [.. "{\""u8, 0xff, .. "\":{}}"u8];

        Assert.Contains("not UTF-8", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(File(header))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenTextIsSaidWithItsByte()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(File("""{"a" 1}""")));

        Assert.Equal(8 + """{"a" """.Length, error.Offset);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AHeaderThatIsCutIsTruncated()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Small.AsMemory(0, 30)));

        Assert.Contains("and 22 follow: the file is truncated", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001)]
    [InlineData((1L << 48) - 1)]
    public void ALyingHeaderLengthIsNotPreAllocated(long length)
    {
        byte[] file = [.. Length(length), .. "{}"u8];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(file));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("ReadLimits.MaxJsonBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALengthUpToTheLimitIsNotPreAllocatedEither()
    {
        byte[] file = [.. Length(100_000_000), .. "{}"u8];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory, InlineData(128, true), InlineData(100_000, false)]
    public void DepthIsLimitedAndOffTheCallStack(int depth, bool isRead)
    {
        var inner = new string('[', depth - 2) + new string(']', depth - 2);
        var file = File($$$"""{"a":{"x":{{{inner}}},"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);

        if (isRead)
        {
            using var checkpoint = Checkpoint.Open(file);
            Assert.Single(checkpoint.Tensors);
        }
        else
        {
            Assert.Contains("deeper", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheNumberOfTensorsIsLimited()
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(Small, new() { Limits = new() { MaxRecords = 1 } }));

        Assert.Contains("ReadLimits.MaxRecords", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyDimensionsAreNoProblem()
    {
        var shape = string.Join(',', Enumerable.Repeat(1, 200_000));
        using var checkpoint = Checkpoint.Open(File($$$"""{"a":{"dtype":"U8","shape":[{{{shape}}}],"data_offsets":[0,1]}}""", 3));

        Assert.Equal(200_000, checkpoint.FindTensor("a").Shape.Length);
        Assert.Equal([3], checkpoint.FindTensor("a").ToArray<byte>());
    }

    [Fact]
    public void ALongNameThatComesTwiceIsFoundToo()
    {
        var name = new string('n', 100_000);

        Assert.Contains("twice", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(File($$$"""{"{{{name}}}":{{{Tensor}}},"{{{name}}}":{{{Tensor}}}}""", 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCutAndEveryChangedByteGivesOneClearError()
    {
        var file = Small;
        for (var i = 0; i < file.Length; i++)
        {
            OpenAndRead(file[..i]);
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = file.ToArray();
                changed[i] ^= (byte)(1 << bit);
                OpenAndRead(changed);
            }
        }

        static void OpenAndRead(byte[] bytes)
        {
            try
            {
                using var checkpoint = Checkpoint.Open(bytes);
                foreach (var tensor in checkpoint.Tensors)
                {
                    tensor.View.ReadBytes(new byte[tensor.View.ByteLength]);
                }
            }
            catch (CheckpointException)
            {
                // What the reader may say; anything else fails the test.
            }
        }
    }

    [Fact]
    public void TheSourceIsClosedWhenOpeningFails()
    {
        var source = new CountingByteSource(Encoding.ASCII.GetBytes("\u0002\0\0\0\0\0\0\0{]"));

        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(source));
        Assert.True(source.IsDisposed);
    }
}

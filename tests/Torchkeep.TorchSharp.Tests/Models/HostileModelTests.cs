using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using TorchSharp;
using static Torchkeep.TorchSharp.Tests.Models.WholeFile;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>Files that claim what is not so, or name what they should not.</summary>
public class HostileModelTests
{
    // What could make a type, a method or a call of a name.
    private static readonly HashSet<string> _resolvers =
    [
        "Type.GetType", "Type.GetTypeFromProgID", "Type.InvokeMember", "Type.GetMethod", "Type.GetConstructor", "Type.MakeGenericType", "Assembly.GetType", "Assembly.Load",
        "Assembly.LoadFrom", "Assembly.LoadFile", "Assembly.CreateInstance", "Module.GetType", "ConstructorInfo.Invoke", "MethodBase.Invoke", "Activator.CreateInstance",
        "AppDomain.CreateInstance", "RuntimeHelpers.GetUninitializedObject", "RuntimeHelpers.RunClassConstructor", "MethodInfo.MakeGenericMethod", "Delegate.CreateDelegate",
    ];

    private static bool _wasTouched;

    [Theory]
    [InlineData("Torchkeep.TorchSharp.Tests.Models.HostileModelTests+Trap")]
    [InlineData("Torchkeep.TorchSharp.Tests.Models.Encoder")]
    [InlineData("TorchSharp.Modules.Linear")]
    [InlineData("TorchSharp.Modules.Linear, TorchSharp")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.IO.FileInfo, System.Runtime")]
    [InlineData("torch.nn.modules.linear.Module")]
    [InlineData("posix.system")]
    public void ANameOfDotNetIsJustAnotherUnknownClass(string name)
    {
        var error = Assert.Throws<UnknownClassException>(() => Load(Module(name), new ModuleRegistry().map<Encoder>()));

        Assert.Equal([name], error.classes);
        Assert.False(_wasTouched);
    }

    [Theory]
    [InlineData(typeof(Checkpoint))]
    [InlineData(typeof(ModuleRegistry))]
    public void NothingInTheAssemblyTurnsANameIntoCode(Type inside)
    {
        using var image = new PEReader(File.OpenRead(inside.Assembly.Location));
        var reader = image.GetMetadataReader();
        var used = reader.MemberReferences.Select(handle => reader.GetMemberReference(handle))
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => NameOf(reader, member))
            .ToHashSet();

        // Reading works: the adapter looks at fields and attributes of modules that it is given.
        Assert.Contains("Object..ctor", used);
        Assert.Empty(used.Intersect(_resolvers));
    }

    [Theory]
    [InlineData(1L << 50, 1)]
    [InlineData(1, 1L << 40)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(-1, 2)]
    public void ALyingSizeIsNotAllocated(long inputs, long outputs)
    {
        var error = Assert.Throws<NotSupportedException>(() => Load(Module(
            "torch.nn.modules.container.Sequential", children: [("0", Linear(inputs, outputs, Floats(1, 2)))])));

        Assert.Contains($"'0' (torch.nn.modules.linear.Linear) has settings that come to a 'weight' of [{outputs}, {inputs}], and has one of [1, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeightThatRepeatsOneElementIsNotMade()
    {
        var one = Floats(1);

        var error = Assert.Throws<NotSupportedException>(() => Load(Linear(1L << 40, 1L << 20, one.AsStrided([1L << 20, 1L << 40], [0, 0], 0))));

        Assert.Contains("has a 'weight' whose elements are not all in the file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rnn.LSTM", "input_size", "hidden_size")]
    [InlineData("sparse.Embedding", "num_embeddings", "embedding_dim")]
    [InlineData("normalization.GroupNorm", "num_groups", "num_channels")]
    [InlineData("activation.PReLU", "num_parameters", "init")]
    [InlineData("batchnorm.BatchNorm2d", "num_features", "eps")]
    public void NeitherIsOneOfAnotherLayer(string name, string first, string second)
    {
        (string, PyValue)[] settings =
        [
            (first, 1L << 40), (second, 1L << 40), ("num_layers", 1L << 40), ("affine", true), ("bias", true), ("mode", "LSTM"), ("momentum", 0.1), ("track_running_stats", true),
        ];

        var error = Assert.Throws<NotSupportedException>(() => Load(Module($"torch.nn.modules.{name}", settings)));

        Assert.Contains("has settings that come to a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImpossibleSettingIsOneErrorWithThePlace()
    {
        (string, PyValue)[] settings =
        [
            ("num_embeddings", 2), ("embedding_dim", 2), ("padding_idx", 100), ("max_norm", PyNone.Value), ("norm_type", 2.0), ("scale_grad_by_freq", false), ("sparse", false),
        ];

        var error = Assert.Throws<NotSupportedException>(() => Load(Module(
            "torch.nn.modules.container.Sequential", children: [("0", Module("torch.nn.modules.sparse.Embedding", settings, [("weight", Floats(2, 2))]))])));

        Assert.StartsWith("'0' (torch.nn.modules.sparse.Embedding) cannot be made of its settings:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModuleInsideOfItselfIsRefused()
    {
        var loop = Module("torch.nn.modules.container.Sequential");
        ((PyDict)((PyDict)loop.State!)["_modules"])["0"] = loop;

        var error = Assert.Throws<UnsupportedCheckpointException>(() => Load(loop));

        Assert.Contains("lies inside of itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeepNestIsRefusedBeforeTheStackEnds()
    {
        var model = Module("torch.nn.modules.activation.Tanh");
        for (var i = 0; i < 5000; i++)
        {
            model = Module("torch.nn.modules.container.Sequential", children: [("0", model)]);
        }

        var error = Assert.Throws<UnsupportedCheckpointException>(() => Load(model));

        Assert.Contains("nested more than 100 deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADagOfManyPathsIsRefusedInTime()
    {
        var model = Module("torch.nn.modules.activation.Tanh");
        for (var i = 0; i < 60; i++)
        {
            model = Module("torch.nn.modules.container.Sequential", children: [("0", model), ("1", model)]);
        }

        Assert.Throws<UnsupportedCheckpointException>(() => Load(model));
    }

    [Fact]
    public void NamesAreShownWithoutWhatATerminalObeys()
    {
        var error = Assert.Throws<UnknownClassException>(() => Load(Module("a.\u001b[2JNet", [("set\u0007ting", "\u001b]0;x")])));

        Assert.DoesNotContain(error.Message, letter => char.IsControl(letter) && letter != '\n');
    }

    // What new T() of a class that the caller names comes to is generic.
    private static string NameOf(MetadataReader reader, MemberReference member) =>
        $"{reader.GetString(reader.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{reader.GetString(member.Name)}"
        + (reader.GetBlobReader(member.Signature).ReadSignatureHeader().IsGeneric ? "<>" : "");

    /// <summary>Says whether anyone looked at it.</summary>
    private sealed class Trap() : torch.nn.Module(nameof(Trap))
    {
        static Trap() => _wasTouched = true;
    }
}

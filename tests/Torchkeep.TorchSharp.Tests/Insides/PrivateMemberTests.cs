using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep.TorchSharp.Tests.Insides;

/// <summary>
/// What the adapter touches inside of TorchSharp is there, of the kind that it expects. A version of TorchSharp for which
/// these fail is one that the upper bound in Directory.Packages.props must keep out.
/// </summary>
public sealed class PrivateMemberTests
{
    private static readonly Assembly _adapter = typeof(TorchExtensions).Assembly;

    private static readonly Assembly _torchSharp = typeof(torch).Assembly;

    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    public static TheoryData<string> Accessors => [.. Found<UnsafeAccessorAttribute>().Select(NameOf)];

    /// <summary>The runtime binds each, as it does before the first call.</summary>
    [Theory, MemberData(nameof(Accessors))]
    public void AnAccessorIsBound(string name)
    {
        var accessor = Found<UnsafeAccessorAttribute>().Single(method => NameOf(method) == name);
        RuntimeHelpers.PrepareMethod(accessor.MethodHandle);

        // The member itself, for a message that names it.
        var target = TargetOf(accessor);
        var attribute = accessor.GetCustomAttribute<UnsafeAccessorAttribute>()!;
        switch (attribute.Kind)
        {
            case UnsafeAccessorKind.Field:
                var field = target.GetField(attribute.Name!, Any);
                Assert.True(field is not null, $"{target} has no field {attribute.Name}");
                Assert.Equal(accessor.ReturnType.GetElementType(), field.FieldType);
                break;
            case UnsafeAccessorKind.StaticMethod:
                var types = accessor.GetParameters().Skip(1).Select(parameter => parameter.ParameterType).ToArray();
                var method = target.GetMethod(attribute.Name!, Any, types);
                Assert.True(method is not null, $"{target} has no method {attribute.Name} of ({string.Join<Type>(", ", types)})");
                Assert.Equal(accessor.ReturnType, method.ReturnType);
                break;
            default:
                Assert.Fail($"the test knows no accessor of kind {attribute.Kind}");
                break;
        }
    }

    [Fact]
    public void AnAccessorOfAMemberThatIsMissingIsNot() => Assert.ThrowsAny<MissingMemberException>(
        () => RuntimeHelpers.PrepareMethod(typeof(PrivateMemberTests).GetMethod(nameof(Missing), Any)!.MethodHandle));

    /// <summary>Native functions that the adapter calls past TorchSharp's own declarations.</summary>
    [Fact]
    public void TheNativeFunctionsAreInTheLibrary()
    {
        using var loadsTheLibrary = torch.zeros(1);
        var library = NativeLibrary.Load("LibTorchSharp", _torchSharp, null);
        var names = _adapter.GetTypes().SelectMany(type => type.GetMethods(Any | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<DllImportAttribute>())
            .Where(import => import?.Value == "LibTorchSharp")
            .Select(import => import!.EntryPoint!)
            .ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(NativeLibrary.TryGetExport(library, name, out _), $"LibTorchSharp has no function {name}"));
    }

    /// <summary>The one private type whose fields are found by reflection.</summary>
    [Fact]
    public void ThePhasesOfOneCycleLRHaveTheirFields()
    {
        using var parameter = new global::TorchSharp.Modules.Parameter(torch.zeros(1));
        var scheduler = (OneCycleLR)torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD([parameter], 0.1), 1, total_steps: 10);
        var phases = SchedulerFields.Phases(scheduler);
        Assert.NotEmpty(phases);
        Assert.All(phases, phase => Assert.All(SchedulerFields.PhaseKeys, key => Assert.NotNull(SchedulerFields.PhaseField(phase, key).GetValue(phase))));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_noSuchField")]
    private static extern ref nint Missing(torch.Tensor tensor);

    private static IEnumerable<MethodInfo> Found<T>()
        where T : Attribute =>
        _adapter.GetTypes().SelectMany(type => type.GetMethods(Any | BindingFlags.DeclaredOnly)).Where(method => method.IsDefined(typeof(T)));

    private static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static Type TargetOf(MethodInfo accessor)
    {
        var parameter = accessor.GetParameters()[0];
        return parameter.GetCustomAttribute<UnsafeAccessorTypeAttribute>() is { } named ? Type.GetType(named.TypeName, throwOnError: true)! : parameter.ParameterType;
    }
}

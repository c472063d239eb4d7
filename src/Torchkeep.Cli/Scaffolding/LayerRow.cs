using Torchkeep.Cli.Modules;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>How one of PyTorch's layers is made by TorchSharp's factory.</summary>
/// <param name="Type">TorchSharp's class, after which the factory is called.</param>
/// <param name="Arguments">The factory's arguments, as <see cref="LayerArgument"/> reads them.</param>
/// <param name="IsPlain">Whether it takes a tensor and returns one.</param>
/// <param name="HasType">Whether the factory takes the element type.</param>
/// <param name="Lacking">Settings that TorchSharp's class has not, with the value that it works by: <c>batch_first:False</c>.</param>
/// <param name="Note">What the reader of the code should know.</param>
internal sealed record LayerRow(string Type, string Arguments, bool IsPlain = true, bool HasType = false, string Lacking = "", string? Note = null)
{
    private readonly LayerArgument[] _arguments = [.. Arguments.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(LayerArgument.Parse)];

    /// <summary>The call for a module, or null where its settings cannot be said in C# or make other tensors.</summary>
    internal LayerExpression? Call(ModuleRecord module)
    {
        if (!HasItsTensors(module))
        {
            return null;
        }

        // Either all sizes of a layer are a number each, or all are one for each dimension.
        var isUniform = _arguments.All(argument => argument.IsUniform(module));
        var arguments = new List<(string?, CodeSlot)>();
        foreach (var argument in _arguments)
        {
            if (argument.Slot(module, isUniform) is not { } slot)
            {
                return null;
            }

            arguments.Add((argument.Name, slot));
        }

        if (HasType && module.Parameters.Values.FirstOrDefault(tensor => tensor is not null) is { } example
            && CodeText.ScalarType(example.View.ElementType) is { } type and not "Float32")
        {
            // What counts batches stays an integer by a conversion alone.
            arguments.Add((Type.StartsWith("BatchNorm", StringComparison.Ordinal) ? LayerExpression.Conversion : "dtype", new("dtype", "ScalarType", $"ScalarType.{type}")));
        }

        return new(Type, IsPlain, arguments, [.. Notes(module)]);
    }

    // A norm has weight and bias or neither, an LSTM no projection, and of what a loss keeps TorchSharp has no buffer.
    private bool HasItsTensors(ModuleRecord module) =>
        Type.EndsWith("Loss", StringComparison.Ordinal) ? module.Buffers.Values.All(buffer => buffer is null)
            : Type == "LSTM" ? !module.Parameters.Keys.Any(name => name.StartsWith("weight_hr", StringComparison.Ordinal))
            : !Type.Contains("Norm", StringComparison.Ordinal) || Type == "LayerNorm"
                || (module.Parameters.GetValueOrDefault("bias") is null) == (module.Parameters.GetValueOrDefault("weight") is null);

    private IEnumerable<string> Notes(ModuleRecord module)
    {
        if (Note is not null)
        {
            yield return Note;
        }

        foreach (var setting in Lacking.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (setting.Split(':')[0], setting.Split(':')[1]);
            if (module.Settings.GetValueOrDefault(name) is { } found && PythonText.Str(found) != value)
            {
                yield return $"the file has {name}={PythonText.Repr(found)}, and TorchSharp's class has no such setting";
            }
        }

        foreach (var argument in _arguments)
        {
            if (argument.IsLostNone(module))
            {
                yield return $"the file has {argument.Setting}=None, which TorchSharp's factory does not take";
            }
        }

        foreach (var hook in module.Hooks)
        {
            yield return $"the file has hooks: {hook}";
        }
    }
}

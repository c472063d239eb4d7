using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>One of PyTorch's own layers and the class that TorchSharp has for it: how either is made of the other.</summary>
internal sealed class Layer
{
    /// <summary>What the names of all classes here start with.</summary>
    internal const string Prefix = "torch.nn.modules.";

    private Layer(string name, Type type, Func<LayerSettings, Module> build, Action<Module, LayerAttributes> write)
    {
        ClassName = $"{Prefix}{name}";
        Type = type;
        Build = build;
        Write = write;
    }

    /// <summary>The Python class with its module.</summary>
    internal string ClassName { get; }

    /// <summary>TorchSharp's class; of a generic one its definition.</summary>
    internal Type Type { get; }

    internal Func<LayerSettings, Module> Build { get; }

    internal Action<Module, LayerAttributes> Write { get; }

    /// <summary>Whether its children are built and written with it, and not by themselves.</summary>
    internal bool IsWhole { get; init; }

    /// <summary>Buffers of PyTorch's that TorchSharp's class takes as settings.</summary>
    internal string[] SettingBuffers { get; init; } = [];

    /// <summary>Whether files name it and TorchSharp writes it under another name.</summary>
    internal bool IsAlias { get; init; }

    /// <param name="name">The Python class behind <c>torch.nn.modules.</c>.</param>
    /// <param name="build">Makes the TorchSharp module; tensors come afterwards.</param>
    /// <param name="write">Sets the attributes, in the order of PyTorch's constructor.</param>
    internal static Layer Of<T>(string name, Func<LayerSettings, T> build, Action<T, LayerAttributes> write)
        where T : Module => new(name, typeof(T), build, (module, attributes) => write((T)module, attributes));

    /// <summary>As the other, for a layer with more to say of it.</summary>
    internal static Layer Of<T>(string name, bool whole, Func<LayerSettings, T> build, Action<T, LayerAttributes> write)
        where T : Module => new(name, typeof(T), build, (module, attributes) => write((T)module, attributes)) { IsWhole = whole };

    /// <summary>A loss with buffers that are its weights.</summary>
    internal static Layer Of<T>(string name, string[] settingBuffers, Func<LayerSettings, T> build, Action<T, LayerAttributes> write)
        where T : Module => new(name, typeof(T), build, (module, attributes) => write((T)module, attributes)) { SettingBuffers = settingBuffers };

    /// <summary>A class that files name and TorchSharp has as another.</summary>
    internal static Layer Alias(string name, Type type, Func<LayerSettings, Module> build) =>
        new(name, type, build, (_, _) => throw new InvalidOperationException($"{name} is written under another name")) { IsAlias = true };

    /// <summary>A class of TorchSharp's that is written like one of ours, which is built in its place.</summary>
    internal static Layer Written<T>(string name, Action<T, LayerAttributes> write)
        where T : Module => new(name, typeof(T), _ => throw new InvalidOperationException($"{name} is built as another class"), (module, attributes) => write((T)module, attributes));

    /// <summary>A layer whose class in TorchSharp is generic.</summary>
    internal static Layer Open(string name, Type definition, Func<LayerSettings, Module> build, Action<Module, LayerAttributes> write) =>
        new(name, definition, build, write);
}

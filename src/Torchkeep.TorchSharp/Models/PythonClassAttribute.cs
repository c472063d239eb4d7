namespace Torchkeep;

/// <summary>
/// Says which Python class a module of yours is: whole models are saved under that name, and loaded from it and from the
/// former ones. Without it <see cref="ModuleRegistry.map{T}(string[])"/> says the same.
/// </summary>
/// <param name="name">The class with its Python module, such as <c>net.TheModelClass</c> or <c>__main__.Net</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PythonClassAttribute(string name) : Attribute
{
    /// <summary>The class with its Python module.</summary>
    public string Name { get; } = name;

    /// <summary>Names that older files have for it, apart by spaces; <c>*</c> stands for anything: <c>"old.place.Net *.TheModelClass"</c>.</summary>
    public string Formerly { get; set; } = "";
}

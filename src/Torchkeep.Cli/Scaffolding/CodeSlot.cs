namespace Torchkeep.Cli.Scaffolding;

/// <summary>A value in generated code, which becomes a constructor's parameter where instances of a class differ in it.</summary>
/// <param name="Name">What it is, for the parameter's name: <c>conv1_stride</c>.</param>
/// <param name="Type">Its C# type.</param>
/// <param name="Literal">Its value in C#.</param>
/// <param name="Default">The value that need not be written, or null.</param>
internal sealed record CodeSlot(string Name, string Type, string Literal, string? Default = null);

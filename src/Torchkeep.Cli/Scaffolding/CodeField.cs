namespace Torchkeep.Cli.Scaffolding;

/// <summary>What a class registers under a name.</summary>
/// <param name="Name">The name in Python, which is that in the state_dict.</param>
/// <param name="Identifier">The name in C#.</param>
/// <param name="Value">What makes it.</param>
/// <param name="IsPersistent">Of a buffer, whether a state_dict has it.</param>
internal sealed record CodeField(string Name, string Identifier, CodeExpression Value, bool IsPersistent = true);

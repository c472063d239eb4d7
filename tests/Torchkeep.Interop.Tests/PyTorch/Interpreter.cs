namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>A Python that has PyTorch.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Command">The program to start.</param>
/// <param name="Root">The folder that it sees as /, or null where it sees what we see.</param>
internal sealed record Interpreter(string Name, string Command, string? Root);

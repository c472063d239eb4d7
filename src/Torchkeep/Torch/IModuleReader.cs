using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Torch;

/// <summary>Tells modules from other values, and reads what a state_dict takes of them.</summary>
internal interface IModuleReader
{
    /// <summary>Whether a value is a module, without reading it.</summary>
    bool IsModule(PyValue value);

    /// <summary>The parts of a module; false when the value is none, or keeps them in a form that only its class knows.</summary>
    bool TryRead(PyValue value, [NotNullWhen(true)] out ModuleParts? parts);
}

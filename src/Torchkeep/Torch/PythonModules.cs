using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Torch;

/// <summary>
/// Modules as <c>torch.save(model)</c> pickles them: records of a class whose attributes are those of
/// <c>torch.nn.Module</c> (torch/nn/modules/module.py, <c>__init__</c>, <c>_save_to_state_dict</c>). The class is not needed.
/// </summary>
internal sealed class PythonModules : IModuleReader
{
    internal const string Parameters = "_parameters";
    internal const string Buffers = "_buffers";
    internal const string Modules = "_modules";
    private const string NonPersistentBuffers = "_non_persistent_buffers_set";
    internal const string Version = "_version";

    internal static PythonModules Instance { get; } = new();

    public bool IsModule(PyValue value) => FieldsOf(value) is not null;

    public bool TryRead(PyValue value, [NotNullWhen(true)] out ModuleParts? parts)
    {
        parts = null;
        if (FieldsOf(value) is not { } fields)
        {
            return false;
        }

        var transient = Find(fields, NonPersistentBuffers) switch
        {
            PySet set => set.Items,
            PyList list => list.Items,
            _ => [],
        };
        var buffers = Entries(fields, Buffers);
        var parameters = Entries(fields, Parameters);
        parts = new(
            parameters.Count,
            [.. parameters, .. buffers.Where(buffer => !transient.Contains(new PyString(buffer.Key)))],
            Entries(fields, Modules),
            Find(fields, Version) is PyInt number && number.TryGetInt64(out var version) ? version : VersionOf(value, fields));
        return true;
    }

    /// <summary>A module with these parts, for files that keep them in another way.</summary>
    internal static PyObject Make(string className, PyDict parameters, PyDict buffers, PyDict modules, PyDict settings)
    {
        var state = new PyDict { [Parameters] = parameters, [Buffers] = buffers, [Modules] = modules };
        foreach (var (name, value) in settings)
        {
            if (!state.TryGet(name, out _))
            {
                state[name] = value;
            }
        }

        return new(PyObjectKind.New, new PyGlobal(TorchNames.ScriptClasses, className), PyTuple.Empty) { State = state };
    }

    // The attributes: the state; a part of it where the class has slots; an argument, as of a torch.fx.GraphModule; or a
    // bare dictionary, where the attributes alone were saved.
    internal static PyDict? FieldsOf(PyValue value)
    {
        var fields = value switch
        {
            PyObject record when QuantizedFields.Of(record) is { } quantized => quantized,
            PyObject { State: PyDict state } => state,
            PyObject { State: PyTuple { Items: [PyDict state, ..] } } => state,
            PyObject { Callable: PyGlobal callable } persistent when callable.Equals(TorchNames.ReconstructPersistent) => PersistentOf(persistent, "state") as PyDict,
            PyObject { State: null, Arguments.Items: [PyDict argument, ..] } => argument,
            PyDict dict => dict,
            _ => null,
        };
        return fields is not null && Find(fields, Parameters) is PyDict && Find(fields, Buffers) is PyDict && Find(fields, Modules) is PyDict ? fields : null;
    }

    /// <summary>A field of what a persistent object is made of: a dictionary, or one of a class of its own.</summary>
    internal static PyValue? PersistentOf(PyObject persistent, string field)
    {
        var fields = persistent.Arguments.Items is [var argument] ? argument as PyDict ?? (argument as PyObject)?.Entries ?? (argument as PyObject)?.State as PyDict : null;
        return fields is null ? null : Find(fields, field);
    }

    private static List<KeyValuePair<string, PyValue>> Entries(PyDict fields, string field)
    {
        var entries = new List<KeyValuePair<string, PyValue>>();
        foreach (var (key, value) in (PyDict)fields[field])
        {
            if (value is not PyNone)
            {
                entries.Add(new(key is PyString name ? name.Value : key.Brief, value));
            }
        }

        return entries;
    }

    private static long VersionOf(PyValue module, PyDict fields) =>
        ModuleVersions.Of((module as PyObject)?.Callable as PyGlobal, (PyDict)fields[Buffers], path =>
        {
            var at = fields;
            foreach (var name in path)
            {
                at = Find((PyDict)at[Modules], name) is { } child ? FieldsOf(child) : null;
                if (at is null)
                {
                    return false;
                }
            }

            return true;
        });

    private static PyValue? Find(PyDict fields, string name)
    {
        _ = fields.TryGet(new PyString(name), out var value);
        return value;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchScript;

/// <summary>
/// The modules of a TorchScript archive: a record of attributes, of which the class's code says what is a parameter or
/// a buffer. That is what <c>torch.jit.load(file).state_dict()</c> goes by (torch/csrc/jit/api/module.h, slot_list_impl).
/// </summary>
internal sealed class ScriptModules(ZipRecords records, string codeFolder) : IModuleReader
{
    // A module of a TorchScript archive is a torch.jit.RecursiveScriptModule to Python, whatever it was.
    private const long Version = 1;

    private readonly ConcurrentDictionary<string, Dictionary<string, ScriptClass>> _files = new(StringComparer.Ordinal);

    public bool IsModule(PyValue value) => ClassOf(value) is { IsModule: true };

    public bool TryRead(PyValue value, [NotNullWhen(true)] out ModuleParts? parts)
    {
        parts = null;
        if (value is not PyObject { State: PyDict attributes } || ClassOf(value) is not { IsModule: true } type)
        {
            return false;
        }

        // Attributes are written in the order of their declaration.
        List<KeyValuePair<string, PyValue>> parameters = [], buffers = [], children = [];
        foreach (var (key, attribute) in attributes)
        {
            if (key is not PyString { Value: var name } || attribute is PyNone)
            {
                continue;
            }

            if (type.Parameters.Contains(name))
            {
                parameters.Add(new(name, attribute));
            }
            else if (type.Buffers?.Contains(name) ?? type.Tensors.Contains(name))
            {
                buffers.Add(new(name, attribute));
            }
            else if (IsModule(attribute))
            {
                children.Add(new(name, attribute));
            }
        }

        parts = new(parameters.Count, [.. parameters, .. buffers], children, Version);
        return true;
    }

    private ScriptClass? ClassOf(PyValue value)
    {
        if (value is not PyObject { Kind: PyObjectKind.New, Callable: PyGlobal { Module: var module, Name: var name } }
            || !(module == TorchNames.ScriptClasses || module.StartsWith($"{TorchNames.ScriptClasses}.", StringComparison.Ordinal)))
        {
            return null;
        }

        // A class of C++ code, as of quantized weights, has no code in the file.
        if (module.StartsWith(TorchScriptConstants.NativeClasses, StringComparison.Ordinal))
        {
            return null;
        }

        var record = $"{codeFolder}{module.Replace('.', '/')}{TorchScriptConstants.CodeExtension}";
        if (!_files.GetOrAdd(record, Read).TryGetValue(name, out var type))
        {
            TorchZipThrow.BadRecord(records.Source, record, $"the code has no class '{name}', of which the archive has an object");
        }

        return type;
    }

    private Dictionary<string, ScriptClass> Read(string record) =>
        ScriptSource.Parse(Encoding.UTF8.GetString(records.ReadPickleAsync(record, async: false, CancellationToken.None).Complete()));
}

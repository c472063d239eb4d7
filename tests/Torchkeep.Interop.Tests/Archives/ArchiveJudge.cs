using System.Security.Cryptography;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Archives;

/// <summary>What archives.py says of a state_dict, and the same of ours.</summary>
internal static class ArchiveJudge
{
    /// <summary>Runs a function of archives.py, which is a file there: TorchScript reads the source of what it compiles.</summary>
    /// <param name="judge">The PyTorch.</param>
    /// <param name="folder">Where it is put, and what the code knows as <c>path</c>.</param>
    /// <param name="code">Sets <c>lines</c>.</param>
    internal static List<string> Run(Judge judge, JudgeFolder folder, string code)
    {
        File.Copy(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Archives", "archives.py"), folder["archives.py"]);
        return judge.Run(folder[""], $"""
            import importlib.util, sys
            spec = importlib.util.spec_from_file_location("archives", path + "/archives.py")
            archives = importlib.util.module_from_spec(spec)
            sys.modules["archives"] = archives
            spec.loader.exec_module(archives)
            {code}
            """);
    }

    /// <summary>The lines of archives.py's describe().</summary>
    internal static List<string> Describe(PyValue state)
    {
        var dict = Assert.IsType<PyDict>(state);
        List<string> lines = [.. dict.Select(entry => Describe(entry.Key.AsString(), entry.Value))];
        if (dict.Attributes is { } attributes)
        {
            lines.AddRange(Assert.IsType<PyDict>(attributes["_metadata"]).Select(entry =>
                $"_metadata[{entry.Key}] = {{{string.Join(", ", Assert.IsType<PyDict>(entry.Value).Select(field => $"{field.Key}: {field.Value}"))}}}"));
        }

        return lines;
    }

    private static string Describe(string key, PyValue value)
    {
        if (value is not PyTensor)
        {
            return $"{key}: {(value is PyObject record ? record.ClassName.Split('.')[^1] : value.TypeName)}";
        }

        var view = value.AsTensor();
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return $"{key}: {ElementTypeInfo.Of(view.ElementType).Name} [{string.Join(", ", view.Shape)}] [{string.Join(", ", view.Strides)}] {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }
}

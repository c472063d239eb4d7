using System.Collections.Frozen;

namespace Torchkeep.Torch;

/// <summary>
/// Judges a name in a pickle. Harmless is what PyTorch's own <c>weights_only</c> unpickler allows (torch/
/// _weights_only_unpickler.py, <c>_get_allowed_globals</c>) and the classes of plain data that checkpoints are known to
/// hold; each row is one exact name, since a dot in a name leads anywhere. Dangerous is what CPython's documentation says
/// runs programs or code, opens files or connections, or reaches such things, and the names that the lists of fickling
/// and picklescan share. Everything else is unknown: no list of bad names is ever whole.
/// </summary>
internal static class GlobalRisks
{
    private const string RunsPrograms = "it runs programs or controls the system";
    private const string RunsCode = "it runs code";
    private const string TouchesFiles = "it reads, writes or removes files";
    private const string UsesNetwork = "it opens connections";
    private const string LoadsMore = "it unpickles or loads more";
    private const string Reaches = "it reaches any other name";

    // TorchScript's own classes, which only its own loader makes: no module of Python has that name (torch/csrc/jit/serialization).
    private const string ScriptClasses = "__torch__.";

    // A module and all below it, or one name.
    private static readonly FrozenDictionary<string, string> _dangerous = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Python's library, by chapter: os, processes, threads.
        ["os"] = RunsPrograms,
        ["posix"] = RunsPrograms,
        ["nt"] = RunsPrograms,
        ["subprocess"] = RunsPrograms,
        ["_posixsubprocess"] = RunsPrograms,
        ["_winapi"] = RunsPrograms,
        ["commands"] = RunsPrograms,
        ["popen2"] = RunsPrograms,
        ["pty"] = RunsPrograms,
        ["platform"] = RunsPrograms,
        ["multiprocessing"] = RunsPrograms,
        ["concurrent"] = RunsPrograms,
        ["threading"] = RunsCode,
        ["_thread"] = RunsCode,
        ["thread"] = RunsCode,
        ["asyncio"] = RunsPrograms,
        ["signal"] = RunsPrograms,
        ["sched"] = RunsCode,
        ["atexit"] = RunsCode,
        ["webbrowser"] = RunsPrograms,
        ["antigravity"] = RunsPrograms,
        ["uuid._get_command_stdout"] = RunsPrograms,
        ["ctypes"] = RunsCode,
        ["_ctypes"] = RunsCode,
        ["cffi"] = RunsCode,
        ["winreg"] = RunsPrograms,
        ["_winreg"] = RunsPrograms,

        // Code.
        ["builtins.eval"] = RunsCode,
        ["builtins.exec"] = RunsCode,
        ["builtins.execfile"] = RunsCode,
        ["builtins.compile"] = RunsCode,
        ["builtins.__import__"] = Reaches,
        ["builtins.__build_class__"] = RunsCode,
        ["builtins.breakpoint"] = RunsCode,
        ["builtins.input"] = RunsCode,
        ["builtins.raw_input"] = RunsCode,
        ["builtins.apply"] = RunsCode,
        ["builtins.map"] = RunsCode,
        ["builtins.filter"] = RunsCode,
        ["builtins.reduce"] = RunsCode,
        ["builtins.help"] = RunsPrograms,
        ["builtins.exit"] = RunsPrograms,
        ["builtins.quit"] = RunsPrograms,
        ["builtins.open"] = TouchesFiles,
        ["builtins.file"] = TouchesFiles,
        ["builtins.reload"] = Reaches,
        ["builtins.getattr"] = Reaches,
        ["builtins.setattr"] = Reaches,
        ["builtins.delattr"] = Reaches,
        ["builtins.globals"] = Reaches,
        ["builtins.locals"] = Reaches,
        ["builtins.vars"] = Reaches,
        ["builtins.__dict__"] = Reaches,
        ["sys"] = Reaches,
        ["gc"] = Reaches,
        ["inspect"] = Reaches,
        ["importlib"] = Reaches,
        ["imp"] = Reaches,
        ["_imp"] = Reaches,
        ["_frozen_importlib"] = Reaches,
        ["_frozen_importlib_external"] = Reaches,
        ["pkgutil"] = Reaches,
        ["zipimport"] = Reaches,
        ["runpy"] = RunsCode,
        ["code"] = RunsCode,
        ["codeop"] = RunsCode,
        ["pdb"] = RunsCode,
        ["bdb"] = RunsCode,
        ["trace"] = RunsCode,
        ["profile"] = RunsCode,
        ["cProfile"] = RunsCode,
        ["timeit"] = RunsCode,
        ["doctest"] = RunsCode,
        ["unittest"] = RunsCode,
        ["test"] = RunsCode,
        ["idlelib"] = RunsCode,
        ["lib2to3"] = RunsCode,
        ["pydoc"] = RunsCode,
        ["site"] = RunsCode,
        ["types.CodeType"] = RunsCode,
        ["types.FunctionType"] = RunsCode,
        ["types.LambdaType"] = RunsCode,
        ["types.MethodType"] = RunsCode,
        ["operator"] = Reaches,
        ["_operator"] = Reaches,
        ["functools"] = RunsCode,
        ["_functools"] = RunsCode,
        ["itertools"] = RunsCode,
        ["ast"] = RunsCode,
        ["linecache"] = TouchesFiles,
        ["logging"] = RunsCode,
        ["ensurepip"] = RunsPrograms,
        ["pip"] = RunsPrograms,
        ["setuptools"] = RunsPrograms,
        ["distutils"] = RunsPrograms,
        ["venv"] = RunsPrograms,
        ["_aix_support"] = RunsPrograms,
        ["_osx_support"] = RunsPrograms,
        ["_pyrepl"] = RunsPrograms,

        // Files and pickles.
        ["io"] = TouchesFiles,
        ["_io"] = TouchesFiles,
        ["_pyio"] = TouchesFiles,
        ["codecs.open"] = TouchesFiles,
        ["shutil"] = TouchesFiles,
        ["tempfile"] = TouchesFiles,
        ["fileinput"] = TouchesFiles,
        ["glob"] = TouchesFiles,
        ["zipfile"] = TouchesFiles,
        ["tarfile"] = TouchesFiles,
        ["sqlite3"] = TouchesFiles,
        ["pickle"] = LoadsMore,
        ["_pickle"] = LoadsMore,
        ["cPickle"] = LoadsMore,
        ["dill"] = LoadsMore,
        ["cloudpickle"] = LoadsMore,
        ["joblib"] = LoadsMore,
        ["marshal"] = RunsCode,
        ["shelve"] = LoadsMore,
        ["dbm"] = TouchesFiles,

        // The network.
        ["socket"] = UsesNetwork,
        ["_socket"] = UsesNetwork,
        ["socketserver"] = UsesNetwork,
        ["ssl"] = UsesNetwork,
        ["http"] = UsesNetwork,
        ["httplib"] = UsesNetwork,
        ["urllib"] = UsesNetwork,
        ["urllib2"] = UsesNetwork,
        ["requests"] = UsesNetwork,
        ["aiohttp"] = UsesNetwork,
        ["httpx"] = UsesNetwork,
        ["ftplib"] = UsesNetwork,
        ["smtplib"] = UsesNetwork,
        ["poplib"] = UsesNetwork,
        ["imaplib"] = UsesNetwork,
        ["telnetlib"] = UsesNetwork,
        ["nntplib"] = UsesNetwork,
        ["xmlrpc"] = UsesNetwork,

        // PyTorch's and NumPy's own ways to the above.
        ["torch.load"] = LoadsMore,
        ["torch.save"] = TouchesFiles,
        ["torch.serialization.load"] = LoadsMore,
        ["torch.serialization.save"] = TouchesFiles,
        ["torch.storage._load_from_bytes"] = LoadsMore,
        ["torch.hub"] = UsesNetwork,
        ["torch.jit"] = LoadsMore,
        ["torch._jit_internal"] = Reaches,
        ["torch.package"] = LoadsMore,
        ["torch.ops"] = LoadsMore,
        ["torch.classes"] = LoadsMore,
        ["torch.multiprocessing"] = RunsPrograms,
        ["torch.distributed.rpc"] = UsesNetwork,
        ["torch.distributed.elastic"] = RunsPrograms,
        ["torch.distributed.run"] = RunsPrograms,
        ["torch.distributed.launch"] = RunsPrograms,
        ["torch.utils.cpp_extension"] = RunsPrograms,
        ["torch.utils.collect_env"] = RunsPrograms,
        ["torch.utils.bottleneck"] = RunsCode,
        ["torch.utils.data"] = RunsCode,
        ["torch.utils._config_module"] = LoadsMore,
        ["torch._dynamo"] = RunsCode,
        ["torch._inductor"] = RunsPrograms,
        ["torch.fx"] = RunsCode,
        ["torch.testing"] = RunsCode,
        ["torch.onnx"] = TouchesFiles,
        ["numpy.load"] = LoadsMore,
        ["numpy.f2py"] = RunsPrograms,
        ["numpy.distutils"] = RunsPrograms,
        ["numpy.testing"] = RunsCode,
        ["numpy.memmap"] = TouchesFiles,
        ["numpy.fromfile"] = TouchesFiles,
        ["pandas"] = LoadsMore,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> _harmless = new[]
    {
        // PyTorch's list; dtypes, storages and tensor classes are added from the tables.
        "_codecs.encode", "builtins.bytearray", "builtins.complex", "builtins.set", "collections.Counter", "collections.OrderedDict",
        "torch.Size", "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch.serialization._get_layout",
        "torch.storage.TypedStorage", "torch.storage.UntypedStorage", "torch._tensor._rebuild_from_type_v2",
        "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_device_tensor_from_numpy",
        "torch._utils._rebuild_meta_tensor_no_storage", "torch._utils._rebuild_nested_tensor", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_tensor",
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_wrapper_subclass", "torch.per_channel_affine", "torch.per_channel_affine_float_qparams",
        "torch.per_channel_symmetric", "torch.per_tensor_affine", "torch.per_tensor_symmetric",

        // Of other versions of PyTorch, and its distributed checkpoints: the same, or classes that are fields and nothing else.
        "torch._utils._rebuild_sparse_csr_tensor", "torch._tensor._rebuild_from_type", "torch.nn.parameter.Buffer",
        "torch.nn.parameter.UninitializedParameter", "torch.nn.parameter.UninitializedBuffer", "torch._C.Generator", "torch.autograd.variable.Variable",
        "torch.distributed.checkpoint.metadata.Metadata", "torch.distributed.checkpoint.metadata.TensorStorageMetadata",
        "torch.distributed.checkpoint.metadata.BytesStorageMetadata", "torch.distributed.checkpoint.metadata.TensorProperties",
        "torch.distributed.checkpoint.metadata.ChunkStorageMetadata", "torch.distributed.checkpoint.metadata.MetadataIndex",
        "torch.distributed.checkpoint.metadata.StorageMeta", "torch.distributed.checkpoint.metadata._MEM_FORMAT_ENCODING",
        "torch.distributed.checkpoint.filesystem._StorageInfo",

        // TorchScript's lists and tensors (torch/jit/_pickle.py).
        "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_tensorlist",
        "torch.jit._pickle.build_tensor_from_id", "torch.jit._pickle.restore_type_tag",

        // Python's plain data.
        "builtins.bool", "builtins.bytes", "builtins.dict", "builtins.float", "builtins.frozenset", "builtins.int", "builtins.list",
        "builtins.long", "builtins.object", "builtins.range", "builtins.xrange", "builtins.slice", "builtins.str", "builtins.tuple", "builtins.unicode",
        "builtins.Ellipsis", "builtins.NotImplemented", "collections.defaultdict", "collections.deque", "argparse.Namespace",
        "types.SimpleNamespace", "copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__", "datetime.date", "datetime.datetime",
        "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal", "fractions.Fraction", "uuid.UUID",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
        "pathlib._local.PosixPath", "pathlib._local.WindowsPath", "pathlib._local.PurePosixPath", "pathlib._local.PureWindowsPath",

        // NumPy's arrays (numpy/_core/src/multiarray, __reduce__ of ndarray, dtype and scalars).
        "numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer",
    }
    .Concat(ElementTypeTableNames())
    .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The risk, and for a dangerous name in a few words why.</summary>
    internal static (GlobalRisk Risk, string? Reason) Of(PyGlobal global)
    {
        var name = TorchNames.ToPython3(global).ToString();
        if (_harmless.Contains(name) || name.StartsWith(ScriptClasses, StringComparison.Ordinal))
        {
            return (GlobalRisk.Harmless, null);
        }

        // The longest row first: a name, its module, and what that lies in.
        for (var start = name; start.Length > 0; start = start[..Math.Max(0, start.LastIndexOf('.'))])
        {
            if (_dangerous.TryGetValue(start, out var reason))
            {
                return (GlobalRisk.Dangerous, reason);
            }
        }

        // Since protocol 4 a dot in a name is followed, also through what a module has imported: torch.serialization, os.system.
        foreach (var part in name.Split('.').Where(part => part != "__main__"))
        {
            if (part.StartsWith("__", StringComparison.Ordinal) || _dangerous.GetValueOrDefault(part) is RunsPrograms or Reaches)
            {
                return (GlobalRisk.Dangerous, Reaches);
            }
        }

        return (GlobalRisk.Unknown, null);
    }

    private static IEnumerable<string> ElementTypeTableNames()
    {
        foreach (var row in Tensors.ElementTypeTable.Rows)
        {
            yield return $"torch.{row.Name}";
        }

        for (var bits = 1; bits < 8; bits++)
        {
            yield return $"torch.int{bits}";
            yield return $"torch.uint{bits}";
        }

        foreach (var storageClass in Tensors.ElementTypeTable.ByStorageClass.Keys)
        {
            foreach (var module in new[] { "torch", "torch.cuda" })
            {
                yield return $"{module}.{storageClass}";
                yield return $"{module}.{storageClass.Replace("Storage", "Tensor", StringComparison.Ordinal)}";
                yield return $"{module}.sparse.{storageClass.Replace("Storage", "Tensor", StringComparison.Ordinal)}";
            }
        }
    }
}

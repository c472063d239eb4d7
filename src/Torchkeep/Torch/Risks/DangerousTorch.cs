using static Torchkeep.Torch.Risks.DangerReasons;

namespace Torchkeep.Torch.Risks;

/// <summary>What PyTorch 1.0 to 2.14 and NumPy 1 and 2 have that leads out of tensors, by their source.</summary>
internal static class DangerousTorch
{
    internal static DangerousGroup[] Groups { get; } =
    [
        new(LoadsMore, """
            torch.load torch.serialization.load torch.serialization._load torch.serialization._legacy_load torch.storage._load_from_bytes
            torch._weights_only_unpickler torch.jit torch.package torch.ops torch._ops torch.classes torch._classes torch.export torch._export
            torch.distributed.checkpoint.load torch.distributed.checkpoint.load_state_dict torch.distributed.checkpoint.state_dict_loader
            torch.distributed.checkpoint.default_planner torch.distributed.checkpoint.filesystem torch.distributed.checkpoint.format_utils
            torch.distributed.distributed_c10d._tensor_to_object torch.utils._config_module torch.utils.data.datapipes torch.utils.model_zoo
            torch._C.import_ir_module torch._C.import_ir_module_from_buffer torch._C._import_ir_module_from_package
            torch._C._load_for_lite_interpreter torch._C._load_for_lite_interpreter_from_buffer torch._C._load_jit_module_from_file
            torch._C._load_jit_module_from_bytes torch._C._load_mobile_module_from_file torch._C._load_mobile_module_from_bytes
            numpy.load numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format numpy.lib._format_impl numpy.DataSource numpy.lib._datasource
            """),
        new(RunsCode, """
            torch.compile torch.compiler torch._compile torch._dynamo torch.fx torch.testing._internal torch.utils.bottleneck torch.utils.benchmark
            torch._C._jit_eval torch._C._jit_interpret_graph torch.distributed.nn.jit torch.utils.flop_counter numpy.testing
            numpy.lib.utils numpy.ctypeslib numpy.compat numpy.core._internal.eval torch.utils.data.graph
            """),
        new(RunsPrograms, """
            torch.multiprocessing torch.distributed.elastic torch.distributed.run torch.distributed.launch torch.distributed.launcher
            torch.distributed.argparse_util torch.utils.cpp_extension torch.utils._cpp_extension_versioner torch.utils.collect_env
            torch.utils.hipify torch.utils.viz torch.utils.model_dump torch.backends.xeon torch._inductor torch._strobelight torch.cuda._memory_viz
            numpy.f2py numpy.distutils
            """),
        new(TouchesFiles, """
            torch.save torch.serialization.save torch.serialization._save torch.serialization._legacy_save torch.from_file
            torch.storage.UntypedStorage.from_file torch.storage.TypedStorage.from_file torch.UntypedStorage.from_file torch._C.PyTorchFileReader
            torch._C.PyTorchFileWriter torch.onnx.export torch.onnx.utils torch.onnx.dynamo_export torch.onnx.export_to_pretty_string
            torch.onnx._internal torch.onnx.verification torch.utils.tensorboard torch.utils._freeze torch.autograd.profiler.load_nvprof
            torch.distributed.checkpoint.save torch.distributed.checkpoint.save_state_dict torch.distributed.checkpoint.state_dict_saver
            numpy.memmap numpy.core.memmap numpy._core.memmap numpy.fromfile numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile
            numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.loadtxt numpy.genfromtxt numpy.ndarray.tofile numpy.ndarray.dump
            numpy.lib._utils_impl
            """),
        new(UsesNetwork, "torch.hub torch.distributed.rpc torch.distributed.init_process_group torch.distributed.TCPStore torch._C._distributed_c10d"),
        new(ChangesPython, """
            torch.library torch.serialization.add_safe_globals torch.serialization.clear_safe_globals torch.serialization.register_package
            torch.serialization.safe_globals torch.utils.rename_privateuse1_backend
            """),
        new(Reaches, "torch._jit_internal torch._sources"),
        new(CallsWhatItIsGiven, "torch._tensor._rebuild_from_type torch._tensor._rebuild_from_type_v2 torch.utils.checkpoint torch.func torch.vmap"),

        // Making one calls the compiler context that is in it: what that is, is named for itself.
        new(null, "torch._dynamo.eval_frame.OptimizedModule"),
    ];
}

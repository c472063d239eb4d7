namespace Torchkeep.Torch.Risks;

/// <summary>
/// PyTorch's own names, by the source of 1.13 and 2.14. The first group is what <c>weights_only</c> allows (torch/
/// _weights_only_unpickler.py, <c>_get_user_allowed_globals</c> and <c>_get_allowed_globals</c>).
/// </summary>
internal static class HarmlessTorch
{
    /// <summary>Element types, storage and tensor classes: their names come from the table of element types.</summary>
    internal static HarmlessGroup Types { get; } = new("it is a type of tensors, and weights_only allows it", []);

    internal static HarmlessGroup[] Groups { get; } =
    [
        new("it makes a tensor or a part of one, and weights_only allows it",
        [
            ("torch", "Size device Tensor per_channel_affine per_channel_affine_float_qparams per_channel_symmetric per_tensor_affine per_tensor_symmetric"),
            ("torch.nn.parameter", "Parameter Buffer UninitializedParameter UninitializedBuffer"),
            ("torch.serialization", "_get_layout"),
            ("torch.storage", "TypedStorage UntypedStorage _TypedStorage _UntypedStorage"),
            ("torch._utils", """
                _rebuild_device_tensor_from_cpu_tensor _rebuild_device_tensor_from_numpy _rebuild_meta_tensor_no_storage _rebuild_nested_tensor
                _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_tensor _rebuild_tensor_v2
                _rebuild_tensor_v3 _rebuild_wrapper_subclass _rebuild_sparse_csr_tensor
                """),
        ]),
        new("it makes a tensor or a part of one, as others that weights_only allows",
        [
            ("torch", "Generator memory_format contiguous_format preserve_format channels_last channels_last_3d strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc jagged layout dtype finfo iinfo"),
            ("torch._C", "Generator"),
            ("torch._utils", "_rebuild_xla_tensor"),
            ("torch.autograd.variable", "Variable"),
            ("torch.torch_version", "TorchVersion"),
            ("torch.nested._internal.nested_tensor", "_rebuild_njt NestedTensor"),
            ("torch.nn.utils.rnn", "PackedSequence"),
        ]),
        new("it makes a tensor of several processes, and weights_only allows it once torch.distributed.tensor is imported",
        [
            ("torch.distributed.tensor", "DTensor"),
            ("torch.distributed.tensor._api", "DTensor"),
            ("torch.distributed._tensor", "DTensor"),
            ("torch.distributed._tensor.api", "DTensor"),
            ("torch.distributed.tensor._dtensor_spec", "DTensorSpec TensorMeta ShardOrderEntry"),
            ("torch.distributed._tensor.placement_types", "DTensorSpec TensorMeta Shard Replicate Partial _Partial"),
            ("torch.distributed.tensor.placement_types", "Shard Replicate Partial _StridedShard _MaskPartial"),
            ("torch.distributed._mesh_layout", "_MeshLayout _FlatLayout"),
            ("torch.distributed.device_mesh", "DeviceMesh"),
            ("torch.distributed._pycute.layout", "Layout"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is a class of fields and nothing else",
        [
            ("torch.distributed.checkpoint.metadata", "Metadata TensorStorageMetadata BytesStorageMetadata TensorProperties ChunkStorageMetadata MetadataIndex StorageMeta _MEM_FORMAT_ENCODING"),
            ("torch.distributed.checkpoint.filesystem", "_StorageInfo"),
            ("torch._dynamo.decorators", "_DimRange"),
        ]),
        new("it gives the table of functions that layers had until PyTorch 1.0",
        [
            ("torch.nn.backends.thnn", "_get_thnn_function_backend"),
        ]),
        new("it gives back a list of TorchScript",
        [
            ("torch.jit._pickle", "build_boollist build_doublelist build_intlist build_tensorlist build_tensor_from_id restore_type_tag"),
        ]),
        new("it computes with tensors, when the model calls it",
        [
            ("torch", "relu tanh sigmoid softmax"),
            ("torch.nn.functional", """
                relu relu6 elu selu celu gelu glu silu mish leaky_relu prelu hardtanh hardswish hardsigmoid hardshrink softshrink softplus softsign
                tanh tanhshrink sigmoid logsigmoid softmax log_softmax normalize cross_entropy mse_loss nll_loss binary_cross_entropy
                binary_cross_entropy_with_logits l1_loss smooth_l1_loss huber_loss
                """),
            ("torch.utils.data._utils.collate", "default_collate default_convert"),
            ("torch._C._nn", "gelu elu_ leaky_relu softplus hardtanh silu mish"),
        ]),
        new("it is an optimizer's or a schedule's state: its __setstate__ sets attributes, and options of older versions",
        [
            ("torch.optim", "Adafactor Muon"),
            ("torch.optim._adafactor", "Adafactor"),
            ("torch.optim._muon", "Muon"),
            ("torch.optim.adadelta", "Adadelta"),
            ("torch.optim.adagrad", "Adagrad"),
            ("torch.optim.adam", "Adam"),
            ("torch.optim.adamax", "Adamax"),
            ("torch.optim.adamw", "AdamW"),
            ("torch.optim.asgd", "ASGD"),
            ("torch.optim.lbfgs", "LBFGS"),
            ("torch.optim.nadam", "NAdam"),
            ("torch.optim.optimizer", "Optimizer _RequiredParameter"),
            ("torch.optim.radam", "RAdam"),
            ("torch.optim.rmsprop", "RMSprop"),
            ("torch.optim.rprop", "Rprop"),
            ("torch.optim.sgd", "SGD"),
            ("torch.optim.sparse_adam", "SparseAdam"),
            ("torch.optim.lr_scheduler", """
                ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR LRScheduler LambdaLR LinearLR
                MultiStepLR MultiplicativeLR OneCycleLR PolynomialLR ReduceLROnPlateau SequentialLR StepLR _LRScheduler
                """),
            ("torch.optim.swa_utils", "SWALR AveragedModel"),
            ("torch.amp.grad_scaler", "GradScaler OptState _MultiDeviceReplicator"),
            ("torch.cuda.amp.grad_scaler", "GradScaler OptState _MultiDeviceReplicator"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is a formula of a schedule, of numbers",
        [
            ("torch.optim.lr_scheduler", """
                OneCycleLR._annealing_cos OneCycleLR._annealing_linear CyclicLR._triangular_scale_fn CyclicLR._triangular2_scale_fn
                CyclicLR._exp_range_scale_fn
                """),
        ]),
        new("it keeps the number of a hook; the hook is judged by its own name",
        [
            ("torch.utils.hooks", "RemovableHandle"),
            ("torch.nn.modules.module", "_WrappedHook"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is a dataset or the order of one, and is attributes until something goes over it",
        [
            ("torch.utils.data.dataset", "Dataset IterableDataset TensorDataset ConcatDataset ChainDataset Subset StackDataset"),
            ("torch.utils.data.sampler", "Sampler SequentialSampler RandomSampler SubsetRandomSampler WeightedRandomSampler BatchSampler"),
            ("torch.utils.data.distributed", "DistributedSampler"),
            ("torch.utils.data.dataloader", "DataLoader _DatasetKind"),
        ])
        {
            IsForMakingOnly = true,
        },
    ];
}

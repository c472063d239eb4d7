namespace Torchkeep.Torch.Risks;

/// <summary>
/// Plain data of packages that checkpoints are known to hold, by the source of numpy 1.24 and 2.4, pandas 2.3, scipy 1.17,
/// omegaconf 2.3, transformers 5.12, accelerate 1.14, torch_geometric 2.8, easydict 1.13, yacs 0.1 and dateutil 3.0. What was
/// not read is not here.
/// </summary>
internal static class HarmlessLibraries
{
    private const string Scalars = """
        bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc intp uintc uintp longlong ulonglong byte ubyte short ushort int_ uint long ulong
        float16 float32 float64 float_ longdouble half single double complex64 complex128 clongdouble str_ bytes_ void object_ datetime64 timedelta64
        """;

    internal static HarmlessGroup[] Groups { get; } =
    [
        new("it makes an array, a number or a type of NumPy",
        [
            ("numpy", "ndarray dtype matrix recarray record"),
            ("numpy", Scalars),
            ("numpy.core.multiarray", "_reconstruct scalar"),
            ("numpy._core.multiarray", "_reconstruct scalar"),
            ("numpy.core.numeric", "_frombuffer"),
            ("numpy._core.numeric", "_frombuffer"),
            ("numpy.rec", "recarray record"),
            ("numpy.matrixlib.defmatrix", "matrix"),
            ("numpy.ma.core", "MaskedArray _mareconstruct mvoid"),
            ("numpy.dtypes", """
                BoolDType ByteDType BytesDType CLongDoubleDType Complex128DType Complex64DType DateTime64DType Float16DType Float32DType Float64DType
                Int16DType Int32DType Int64DType Int8DType IntDType LongDType LongDoubleDType LongLongDType ObjectDType ShortDType StrDType StringDType
                TimeDelta64DType UByteDType UIntDType UInt16DType UInt32DType UInt64DType UInt8DType ULongDType ULongLongDType UShortDType VoidDType
                """),
        ]),
        new("it makes a generator of random numbers",
        [
            ("numpy.random.mtrand", "RandomState"),
            ("numpy.random._generator", "Generator"),
            ("numpy.random._mt19937", "MT19937"),
            ("numpy.random._pcg64", "PCG64 PCG64DXSM"),
            ("numpy.random._philox", "Philox"),
            ("numpy.random._sfc64", "SFC64"),
            ("numpy.random.bit_generator", "SeedSequence __pyx_unpickle_SeedSequence"),
        ]),
        new("it makes a table of pandas or a part of one",
        [
            ("pandas.core.frame", "DataFrame"),
            ("pandas.core.series", "Series"),
            ("pandas.core.internals.managers", "BlockManager SingleBlockManager"),
            ("pandas.core.indexes.base", "Index _new_Index"),
            ("pandas.core.indexes.range", "RangeIndex"),
            ("pandas.core.indexes.multi", "MultiIndex"),
            ("pandas.core.indexes.datetimes", "DatetimeIndex _new_DatetimeIndex"),
            ("pandas.core.indexes.numeric", "Int64Index UInt64Index Float64Index"),
            ("pandas.core.indexes.category", "CategoricalIndex"),
            ("pandas.core.arrays.categorical", "Categorical"),
            ("pandas.core.arrays.datetimes", "DatetimeArray"),
            ("pandas.core.dtypes.dtypes", "CategoricalDtype DatetimeTZDtype"),
            ("pandas._libs.internals", "_unpickle_block BlockPlacement"),
            ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
            ("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"),
            ("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle"),
        ]),
        new("it makes a sparse matrix",
        [
            ("scipy.sparse._csr", "csr_matrix csr_array"),
            ("scipy.sparse._csc", "csc_matrix csc_array"),
            ("scipy.sparse._coo", "coo_matrix coo_array"),
            ("scipy.sparse.csr", "csr_matrix"),
            ("scipy.sparse.csc", "csc_matrix"),
            ("scipy.sparse.coo", "coo_matrix"),
        ]),
        new("it is a name of a type, for those who read the program",
        [
            ("typing", "Any Dict List Tuple Set FrozenSet Optional Union Mapping Sequence Iterable Callable Type"),
            ("collections.abc", "Mapping MutableMapping Sequence MutableSequence Iterable Iterator Callable"),
        ]),
        new("it gives a time zone that needs no file",
        [
            ("dateutil.tz.tz", "tzutc tzlocal tzoffset"),
            ("pytz", "_UTC"),
        ]),
        new("it is a dictionary whose entries are attributes too",
        [
            ("pytorch_lightning.utilities.parsing", "AttributeDict"),
            ("lightning.pytorch.utilities.parsing", "AttributeDict"),
            ("lightning_fabric.utilities.data", "AttributeDict"),
            ("lightning.fabric.utilities.data", "AttributeDict"),
            ("yacs.config", "CfgNode"),
            ("easydict", "EasyDict"),
        ]),
        new("it is a node of a configuration: its __setstate__ sets attributes, and nothing is resolved",
        [
            ("omegaconf.dictconfig", "DictConfig"),
            ("omegaconf.listconfig", "ListConfig"),
            ("omegaconf.base", "Metadata ContainerMetadata Node SCMode"),
            ("omegaconf.nodes", "AnyNode StringNode IntegerNode FloatNode BooleanNode BytesNode PathNode EnumNode ValueNode"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it gives a member of an enumeration, by its value",
        [
            ("transformers.trainer_utils", "IntervalStrategy EvaluationStrategy SaveStrategy HubStrategy SchedulerType FSDPOption"),
            ("transformers.training_args", "OptimizerNames ParallelMode"),
            ("accelerate.utils.dataclasses", """
                DistributedType SageMakerDistributedType FP8BackendType ComputeEnvironment DynamoBackend LoggerType PrecisionType RNGType CustomDtype
                DDPCommunicationHookType
                """),
            ("torchvision.transforms.functional", "InterpolationMode"),
            ("torch_geometric.data.storage", "AttrType"),
            ("torch_geometric.data.graph_store", "EdgeLayout"),
        ])
        {
            HasMembers = true,
        },
        new("it is settings: to make one sets attributes",
        [
            ("transformers.training_args", "TrainingArguments"),
            ("transformers.training_args_seq2seq", "Seq2SeqTrainingArguments"),
            ("transformers.trainer_pt_utils", "AcceleratorConfig"),
            ("transformers.tokenization_utils_base", "BatchEncoding"),
            ("accelerate.state", "PartialState"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is a tokenizer or a part of one, and is read out of JSON",
        [
            ("tokenizers", "Tokenizer AddedToken"),
            ("tokenizers.models", "BPE WordPiece WordLevel Unigram Model"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is a graph: to make one sets attributes",
        [
            ("torch_geometric.data.data", "Data DataEdgeAttr DataTensorAttr"),
            ("torch_geometric.data.hetero_data", "HeteroData"),
            ("torch_geometric.data.temporal", "TemporalData"),
            ("torch_geometric.data.storage", "BaseStorage NodeStorage EdgeStorage GlobalStorage"),
        ])
        {
            IsForMakingOnly = true,
        },
        new("it is steps that images are put through, and is attributes until an image is",
        [
            ("torchvision.transforms.transforms", "Compose ToTensor PILToTensor ToPILImage"),
        ])
        {
            IsForMakingOnly = true,
        },
    ];
}

using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>State_dicts that do not fit, or hardly.</summary>
internal static class Misfits
{
    private const string Python = "nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Sequential(nn.Linear(2, 2, bias=False), nn.PReLU()))";

    internal static IReadOnlyList<Misfit> All { get; } =
    [
        // Names.
        Of("keys missing", "del state['0.weight'], state['1.running_var'], state['2.1.weight']"),
        Of("everything missing", "state.clear()"),
        Of("keys unexpected in the root", "state['foo'] = state['a.b'] = state['3.weight'] = state['_extra'] = torch.ones(1)"),
        Of("keys unexpected in children", "state['2.foo'] = state['0.foo'] = state['1.foo.bar'] = state['2.1.foo'] = state['foo'] = torch.ones(1)"),
        Of("an unexpected key first", "state = collections.OrderedDict([('foo', torch.ones(1))] + list(state.items()))"),
        Of("extra states", "state['foo'] = state['_extra_state'] = state['0.foo'] = state['0._extra_state'] = torch.ones(1)"),
        Of("a name of a child", "state['0'] = torch.ones(1)", isSinceNewest: true),
        Of("a name below a parameter's", "state['0.weight.foo'] = torch.ones(1)", isSinceNewest: true),
        Of("odd names", "state[''] = state['.'] = state['0.'] = state['a\"b'] = state[\"c'd\"] = state['e\\n\\t\\\\\u00e9'] = torch.ones(1)", isSinceNewest: true),
        Of("a prefix", "state = collections.OrderedDict(('module.' + key, value) for key, value in state.items())") with { Hint = "\n\tHint: The names fit without \"module.\"" },
        Of("a key in another order", "state.move_to_end('0.weight')"),

        // Shapes.
        Of("sizes", "state['0.weight'] = torch.ones(2, 2); state['1.bias'] = torch.ones(1, 2); state['2.0.weight'] = torch.ones(4)"),
        Of("sizes that can be broadcast", "state['0.weight'] = torch.ones(1, 3); state['0.bias'] = torch.ones(()); state['1.weight'] = torch.ones(1)"),
        Of("a size of zero", "state['0.weight'] = torch.ones(0, 3)"),
        Of("one element for 0-dim", "state['1.num_batches_tracked'] = torch.tensor([7])"),
        Of("0-dim for one element", "state['2.1.weight'] = torch.tensor(0.5)"),
        Of("two dimensions for 0-dim", "state['1.num_batches_tracked'] = torch.tensor([[7]])"),
        Of("three elements for 0-dim", "state['1.num_batches_tracked'] = torch.tensor([7, 8, 9])", isSinceNewest: true),
        Of("all at once", "del state['1.weight'], state['0.bias']; state['foo'] = state['2.1.bar'] = torch.ones(1); state['0.weight'] = torch.ones(1); state['2.0.weight'] = None"),

        // Values.
        Of("plain values", "state['0.weight'] = 3; state['0.bias'] = 'x'; state['1.weight'] = 1.5; state['1.bias'] = True; state['1.running_mean'] = 1j; state['1.running_var'] = None"),
        Of("containers", "state['0.weight'] = [1.0]; state['0.bias'] = (1.0,); state['1.weight'] = {'a': 1}; state['1.bias'] = collections.OrderedDict(); state['1.running_mean'] = {1}; state['1.running_var'] = b'x'"),
        Of("more containers", "state['0.weight'] = bytearray(b'x'); state['0.bias'] = frozenset({1}); state['1.weight'] = collections.Counter('a')"),
        Of("values of PyTorch", "state['0.weight'] = torch.Size([1]); state['0.bias'] = torch.device('cpu'); state['1.weight'] = torch.float32; state['1.bias'] = torch.nn.Linear; state['1.running_mean'] = torch.nn.ReLU()"),
        Of("arrays", "import numpy; state['0.weight'] = numpy.ones((2, 3)); state['0.bias'] = torch.ones(2).storage()"),
        Of("None for a bias", "state['0.bias'] = None"),
        Of("None for no bias", "state['2.0.bias'] = None"),
        Of("a Parameter", "state['0.weight'] = torch.nn.Parameter(torch.ones(2, 3))"),
        Of("meta tensors", "state['0.weight'] = torch.empty(2, 3, device='meta'); state['1.num_batches_tracked'] = torch.empty((), device='meta', dtype=torch.int64)"),
        Of("a meta tensor of another size", "state['0.weight'] = torch.empty(2, 2, device='meta')"),
        Of("a sparse tensor", "state['0.weight'] = torch.eye(3)[:2].to_sparse()") with
        {
            Ours = ("RuntimeError: Error(s) in loading state_dict for Sequential:\n\tWhile copying the parameter named \"0.weight\", expected torch.Tensor or "
                + "Tensor-like object from checkpoint but received Tensor torch.sparse_coo torch.float32 [2, 3], of which TorchSharp gets no tensor; its parts are those of PySparseTensor, in 'value'", "PyTorch fails to copy it"),
        },

        Of("elements that cannot be converted", "state['0.weight'] = torch.zeros(2, 3, dtype=torch.uint8).view(torch.float4_e2m1fn_x2); state['1.bias'] = torch.zeros(2, dtype=torch.uint8).view(torch.bits8)", isSinceNewest: true),
        Of("quantized elements", "state['0.weight'] = torch.quantize_per_tensor(torch.ones(2, 3), 0.5, 0, torch.qint8)") with
        {
            Ours = ("RuntimeError: Error(s) in loading state_dict for Sequential:\n\tWhile copying the parameter named \"0.weight\", expected torch.Tensor or "
                + "Tensor-like object from checkpoint but received Tensor torch.qint8 [2, 3] scale 0.5 zero point 0, of which TorchSharp gets no tensor; its parts are those of PyQuantizedTensor, in 'value'", "PyTorch dequantizes it"),
        },

        // Versions of normalizations.
        Of("no num_batches_tracked", "del state['1.num_batches_tracked']"),
        Of("no num_batches_tracked in version 1", "del state['1.num_batches_tracked']; state._metadata['1']['version'] = 1"),
        Of("no num_batches_tracked without a version", "del state['1.num_batches_tracked']; del state._metadata['1']['version']"),
        Of("no num_batches_tracked without the module's metadata", "del state['1.num_batches_tracked']; del state._metadata['1']"),
        Of("no num_batches_tracked without metadata", "del state['1.num_batches_tracked'], state._metadata"),
        Of("no num_batches_tracked in a dict", "del state['1.num_batches_tracked']; state = dict(state)"),
        new("no running statistics without metadata", "nn.InstanceNorm2d(2, track_running_stats=True)", () => nn.InstanceNorm2d(2, track_running_stats: true), "state.clear(); del state._metadata"),
        Running("running statistics without metadata", "state = {'running_mean': torch.zeros(2), 'running_var': torch.ones(2)}"),
        Running("a running variance without metadata", "state = {'foo': torch.zeros(2), 'running_var': torch.ones(2)}"),
        Running("running statistics with metadata", "state['running_mean'] = torch.zeros(2)"),
        new("running statistics in a child without metadata", "nn.Sequential(nn.Identity(), nn.InstanceNorm3d(2, affine=True))", () => nn.Sequential(nn.Identity(), nn.InstanceNorm3d(2, affine: true)),
            "state = {'1.foo': torch.zeros(1), '1.running_mean': torch.zeros(2), '1.running_var': torch.ones(2), '1.num_batches_tracked': torch.tensor(1), '1.weight': torch.ones(3)}"),

        // What is no state_dict at all.
        Of("a list", "state = list(state.values())"),
        Of("a tuple", "state = (1,)"),
        Of("a tensor", "state = torch.ones(1)"),
        Of("a Parameter alone", "state = torch.nn.Parameter(torch.ones(1))"),
        Of("a number", "state = 3"),
        Of("a text", "state = 'model'"),
        Of("nothing", "state = None"),
        Of("keys that are no text", "state = {1: torch.ones(1)}") with
        {
            Ours = ("TypeError: Expected the keys of a state_dict to be str, got 1.", "PyTorch fails in its own code"),
        },
        Of("a checkpoint of which the state_dict is a part", "state = {'epoch': 3, 'model': state}"),

        // Modules that cannot be copied into.
        new("a meta module", "nn.Linear(3, 2, device='meta')", () => nn.Linear(3, 2, device: META), "state = nn.Linear(3, 2).state_dict()")
        {
            Ours = ("RuntimeError: Error(s) in loading state_dict for Linear:\n\t"
                + "While copying the parameter named \"weight\", whose dimensions in the model are torch.Size([2, 3]) and whose dimensions in the checkpoint are torch.Size([2, 3]), "
                + "an exception occurred : ('Cannot copy into a meta tensor; load with assign: true',).\n\t"
                + "While copying the parameter named \"bias\", whose dimensions in the model are torch.Size([2]) and whose dimensions in the checkpoint are torch.Size([2]), "
                + "an exception occurred : ('Cannot copy into a meta tensor; load with assign: true',).", "PyTorch copies nothing and says that all matched"),
        },
        new("a parameter whose elements are one", "nn.ParameterList([nn.Parameter(torch.ones(1).expand(3)), nn.Parameter(torch.ones(2))])",
            () => nn.ParameterList(nn.Parameter(ones(1).expand(3)), nn.Parameter(ones(2))), "state = {'0': torch.tensor([1., 2., 3.]), '1': torch.zeros(2)}"),
    ];

    private static Misfit Of(string name, string change, bool isSinceNewest = false) =>
        new(name, Python, () => nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Sequential(nn.Linear(2, 2, hasBias: false), nn.PReLU(1))), change) { IsSinceNewest = isSinceNewest };

    private static Misfit Running(string name, string change) => new(name, "nn.InstanceNorm1d(2)", () => nn.InstanceNorm1d(2), change);
}

using TorchSharp;

namespace Torchkeep;

/// <summary>
/// A moment of a model, in memory of its own: what <c>model.snapshot()</c> returns. Training goes on without changing
/// it. It belongs to no <c>DisposeScope</c>, and names that share memory in the model share it here.
/// </summary>
/// <remarks>PyTorch's <c>best = model.state_dict()</c> keeps references, which training goes on changing.</remarks>
public sealed class ModelSnapshot : IDisposable
{
    private readonly torch.nn.Module _module;
    private StateDict _state = [];

    internal ModelSnapshot(torch.nn.Module module)
    {
        _module = module;
        update();
    }

    /// <summary>The copies under PyTorch's names, with <c>_metadata</c>: to save, or to load into another model. This snapshot owns them.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
    public StateDict state_dict()
    {
        ObjectDisposedException.ThrowIf(_state.Count > 0 && _state.Values.First().IsInvalid, this);
        return _state;
    }

    /// <summary>Copies the values back into the model; its element types, devices, <c>requires_grad</c> and Parameter objects stay.</summary>
    /// <exception cref="StateDictException">The model's names or shapes have changed since; it is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
    public void restore() => _module.load_state_dict(state_dict());

    /// <summary>Takes the moment anew. The memory of the old one is used again where element types, shapes and devices are the same.</summary>
    /// <exception cref="InvalidOperationException">A module of yours has not called <c>RegisterComponents()</c>, or a tensor has been disposed.</exception>
    public void update()
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var now = _module.state_dict(keep_vars: false);
        if (IsLike(now))
        {
            foreach (var (name, tensor) in now)
            {
                _state[name].copy_(tensor);
            }

            return;
        }

        var taken = Copy(now);
        Dispose();
        _state = taken;
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        foreach (var tensor in _state.Values)
        {
            tensor.Dispose();
        }
    }

    private bool IsLike(StateDict now) => _state.Count > 0
        && now.Keys.SequenceEqual(_state.Keys)
        && now.Values.Zip(_state.Values).All(pair => !pair.Second.IsInvalid && IsLike(pair.First, pair.Second))
        && Sharing(now).SequenceEqual(Sharing(_state));

    private static bool IsLike(torch.Tensor one, torch.Tensor other) =>
        one.dtype == other.dtype
        && one.device_type == other.device_type
        && one.device_index == other.device_index
        && one.shape.SequenceEqual(other.shape);

    // Weights that are tied stay one, also in a file that the snapshot is saved to.
    private static StateDict Copy(StateDict now)
    {
        var copies = new StateDict { metadata = now.metadata };
        List<torch.Tensor> originals = [.. now.Values];
        List<torch.Tensor> taken = [];
        foreach (var (name, first) in now.Keys.Zip(Sharing(now)))
        {
            var original = originals[taken.Count];
            taken.Add(first < taken.Count ? taken[first].alias() : original.clone());
            copies.Add(name, taken[^1].DetachFromDisposeScope());
        }

        return copies;
    }

    // For each tensor the place of the first that is the same view of the same memory.
    private static IEnumerable<int> Sharing(StateDict state)
    {
        var seen = new Dictionary<(DeviceType, int, nint, torch.ScalarType, string), int>();
        return state.Values.Select((tensor, i) =>
        {
            var view = (tensor.device_type, tensor.device_index, Native.Data(tensor), tensor.dtype, $"{string.Join(',', tensor.shape)};{string.Join(',', tensor.stride())}");
            return tensor.numel() == 0 || seen.TryAdd(view, i) ? i : seen[view];
        });
    }
}

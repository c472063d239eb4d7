using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>state_dict</c>: names of parameters and buffers in PyTorch's order with their tensors, and the versions
/// of the modules they come from. As in PyTorch the tensors are references: training goes on changing them. Save it, or
/// clone them, to keep a moment of a run.
/// </summary>
/// <remarks>
/// It is deliberately no <see cref="Dictionary{TKey, TValue}"/>: TorchSharp's own <c>load_state_dict</c>, which takes one,
/// broadcasts smaller tensors and stops half-way at an error.
/// </remarks>
public sealed class StateDict : IReadOnlyDictionary<string, torch.Tensor>
{
    private readonly OrderedDictionary<string, torch.Tensor> _entries = new(StringComparer.Ordinal);

    /// <summary>
    /// PyTorch's <c>_metadata</c>: a dictionary from a module's path, the empty one being the root's, to a dictionary with
    /// its <c>version</c>; or null for none.
    /// </summary>
    public PyDict? metadata { get; set; }

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The names in order.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>The tensors in the order of their names.</summary>
    public IEnumerable<torch.Tensor> Values => _entries.Values;

    /// <summary>The tensor of a name; setting replaces in place or appends.</summary>
    /// <param name="key">The name, such as <c>layer1.0.weight</c>.</param>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public torch.Tensor this[string key]
    {
        get => TryGetValue(key, out var tensor) ? tensor : throw new KeyNotFoundException(SafeText.Escape($"the state_dict has no key '{key}' among its {Count}"));
        set => _entries[key] = value;
    }

    /// <summary>Appends an entry.</summary>
    /// <param name="key">The name.</param>
    /// <param name="tensor">The tensor; not copied.</param>
    /// <exception cref="ArgumentException">The name is there already.</exception>
    public void Add(string key, torch.Tensor tensor) => _entries.Add(key, tensor);

    /// <summary>Takes out an entry; the tensor is not disposed.</summary>
    /// <param name="key">The name.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string key) => _entries.Remove(key);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out torch.Tensor value) => _entries.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, torch.Tensor>> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

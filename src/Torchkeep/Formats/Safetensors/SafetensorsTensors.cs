using System.Text;
using Torchkeep.Torch;

namespace Torchkeep.Formats.Safetensors;

/// <summary>Which tensors of an object a file of safetensors can hold, in the order in which it does.</summary>
internal static class SafetensorsTensors
{
    // JSON is UTF-8, which has no lone surrogates.
    private static readonly UTF8Encoding _encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The tensors, and names that are left out, each with the one that its tensor is written under.</summary>
    internal static (List<SafetensorsTensor> Tensors, Dictionary<string, string> Aliases) Of(SaveJob job)
    {
        if (job.Root is not PyDict root)
        {
            SafetensorsThrow.NoDictionary(job.Root);
            return default;
        }

        List<SafetensorsTensor> tensors = [.. root.Select(entry => Check(entry.Key, entry.Value, job.Plan))];
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        if (job.Options.DropShared || !job.Options.CopyShared)
        {
            tensors = DropShared(tensors, aliases, job.Options);
        }

        if (!job.Options.CopyShared)
        {
            CheckShared(tensors);
        }

        // What is too much for a file is refused before anything is written.
        tensors.ForEach(tensor => tensor.View.CountOnce());

        // The largest alignment first, so that every tensor is aligned (safetensors/src/tensor.rs, prepare).
        tensors.Sort((one, other) =>
            SafetensorsConstants.Ranks[other.View.ElementType].CompareTo(SafetensorsConstants.Ranks[one.View.ElementType]) is not 0 and var order
                ? order
                : one.Utf8Name.AsSpan().SequenceCompareTo(other.Utf8Name));
        return (tensors, aliases);
    }

    private static SafetensorsTensor Check(PyValue key, PyValue value, StoragePlan plan)
    {
        if (key is not PyString { Value: var name })
        {
            SafetensorsThrow.NoName(key);
            return null!;
        }

        if (name == SafetensorsConstants.Metadata)
        {
            SafetensorsThrow.ReservedName(name);
        }

        if (value is not PyTensor { View: var view })
        {
            SafetensorsThrow.NoTensor(name, value);
            return null!;
        }

        var isAlias = view.IsAlias;
        view = plan.ViewOf(view);
        if (!SafetensorsConstants.Ranks.ContainsKey(view.ElementType) || (view.ElementType == ElementType.Float4E2M1FnX2 && view.Shape.IsEmpty))
        {
            SafetensorsThrow.NoElementType(name, view);
        }

        if (view.ElementCount > 0 && !view.Storage.HasBytes)
        {
            SafetensorsThrow.NoBytes(name);
        }

        try
        {
            return new(name, _encoding.GetBytes(name), view, isAlias);
        }
        catch (EncoderFallbackException)
        {
            SafetensorsThrow.NoUtf8(name);
            return null!;
        }
    }

    // As safetensors.torch.save_model, which keeps the first name in alphabetical order. What a file had as a further name of
    // a tensor stays one.
    private static List<SafetensorsTensor> DropShared(List<SafetensorsTensor> tensors, Dictionary<string, string> aliases, WriteOptions options)
    {
        var kept = new List<SafetensorsTensor>();
        foreach (var same in tensors.GroupBy(tensor => (tensor.View.Storage, tensor.View.ElementType, tensor.View.StorageOffset, tensor.View.IsConjugated, tensor.View.IsNegated, Layout(tensor.View))))
        {
            var names = same.OrderBy(tensor => tensor.IsAlias).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
            if (names[0].View.ElementCount == 0)
            {
                kept.AddRange(names);
                continue;
            }

            kept.Add(names[0]);
            foreach (var other in names[1..])
            {
                if (!options.DropShared && !other.IsAlias)
                {
                    kept.Add(other);
                    continue;
                }

                if (other.Name == SafetensorsConstants.FrameworkKey || options.Metadata.ContainsKey(other.Name))
                {
                    SafetensorsThrow.NameIsText(names[0].Name, other.Name);
                }

                aliases.Add(other.Name, names[0].Name);
            }
        }

        return kept;

        static string Layout(TensorView view) => $"{string.Join(',', view.Shape)};{string.Join(',', view.Strides)}";
    }

    // Parts of one storage that do not touch each other are no concern, as in safetensors.torch.
    private static void CheckShared(List<SafetensorsTensor> tensors)
    {
        foreach (var storage in tensors.Where(tensor => tensor.View.ElementCount > 0).GroupBy(tensor => tensor.View.Storage))
        {
            SafetensorsTensor? before = null;
            long end = 0;
            foreach (var tensor in storage.OrderBy(tensor => tensor.Extent.Start))
            {
                var extent = tensor.Extent;
                if (before is not null && extent.Start < end)
                {
                    SafetensorsThrow.Shared(before, tensor);
                }

                if (extent.End > end)
                {
                    (before, end) = (tensor, extent.End);
                }
            }
        }
    }
}

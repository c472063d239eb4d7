namespace Torchkeep.Cli.Output;

/// <summary>The columns of a tensor's line.</summary>
/// <param name="ElementType">Such as <c>float32</c>.</param>
/// <param name="Shape">Such as <c>[64, 3, 7, 7]</c>.</param>
/// <param name="Size">The bytes of its elements.</param>
/// <param name="Notes">What is not as with most tensors.</param>
internal sealed record TensorColumns(string ElementType, string Shape, string Size, string Notes)
{
    private const int MaxNameLength = 80;

    internal static TensorColumns Of(PyTensor tensor, int place, Survey survey)
    {
        var view = tensor.View;
        return new(
            ElementTypeInfo.Of(view.ElementType).Name,
            $"[{string.Join(", ", view.Shape)}]",
            Quantity.Bytes(view.ByteLength),
            string.Join(", ", NotesOn(tensor, place, survey)));
    }

    private static IEnumerable<string> NotesOn(PyTensor tensor, int place, Survey survey)
    {
        var view = tensor.View;
        if (survey.StateNameOf(tensor) is { } stateName)
        {
            yield return $"named {TextCut.Ends(SafeText.Escape(stateName), MaxNameLength)}";
        }

        if (tensor.IsParameter || tensor.Subclass is not null)
        {
            yield return SafeText.Escape(TextCut.Start(tensor.TypeName, MaxNameLength));
        }

        if (tensor.RequiresGrad)
        {
            yield return "requires_grad";
        }

        if (view.Storage.Location != "cpu")
        {
            yield return $"on {SafeText.Escape(TextCut.Start(view.Storage.Location, MaxNameLength))}";
        }

        var use = survey.UseOf(view.Storage);
        if (use.FirstPlace != place)
        {
            yield return $"{(use.First.Value == tensor ? "same tensor as" : "shares storage with")} {NameOf(use.First)}";
        }

        if (view.StorageOffset > 0 || view.ByteLength < view.Storage.ByteLength)
        {
            yield return $"part of {Quantity.Bytes(view.Storage.ByteLength)} from element {view.StorageOffset}";
        }

        if (!view.IsContiguous)
        {
            yield return $"strides [{string.Join(", ", view.Strides)}]";
        }

        if (view.IsConjugated)
        {
            yield return "conjugated";
        }

        if (view.IsNegated)
        {
            yield return "negated";
        }

        if (survey.HashOf(tensor) is { } hash)
        {
            yield return $"sha256 {hash}";
        }
    }

    private static string NameOf(PyEntry entry) => TextCut.Ends(SafeText.Escape(entry.Name is { Length: > 0 } name ? name : entry.Path), MaxNameLength);
}

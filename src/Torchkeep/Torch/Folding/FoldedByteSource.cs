using Torchkeep.Tensors;

namespace Torchkeep.Torch.Folding;

/// <summary>The elements of a weight that is computed when it is read.</summary>
internal sealed class FoldedByteSource(TensorView whole, FoldRule rule) : ElementByteSource(whole, whole.ElementType)
{
    private readonly int _size = ElementTypeInfo.Of(whole.ElementType).ByteSize;

    public override void Verify(CancellationToken cancellationToken = default)
    {
        foreach (var part in rule.Parts)
        {
            part.Verify(cancellationToken);
        }
    }

    protected override void ReadElements(long first, Span<byte> destination)
    {
        var elements = new double[Math.Min(destination.Length / _size, FoldRule.ChunkElements)];
        while (!destination.IsEmpty)
        {
            var piece = elements.AsMemory(0, Math.Min(elements.Length, destination.Length / _size));
            FillAsync(first, piece, async: false, default).GetAwaiter().GetResult();
            ElementDoubles.Narrow(piece.Span, Type, destination[..(piece.Length * _size)]);
            first += piece.Length;
            destination = destination[(piece.Length * _size)..];
        }
    }

    protected override async ValueTask ReadElementsAsync(long first, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var elements = new double[Math.Min(destination.Length / _size, FoldRule.ChunkElements)];
        while (!destination.IsEmpty)
        {
            var piece = elements.AsMemory(0, Math.Min(elements.Length, destination.Length / _size));
            await FillAsync(first, piece, async: true, cancellationToken).ConfigureAwait(false);
            ElementDoubles.Narrow(piece.Span, Type, destination.Span[..(piece.Length * _size)]);
            first += piece.Length;
            destination = destination[(piece.Length * _size)..];
        }
    }

    // Without async nothing of it waits.
    private async ValueTask FillAsync(long first, Memory<double> elements, bool async, CancellationToken cancellationToken)
    {
        await rule.PrepareAsync(async, cancellationToken).ConfigureAwait(false);
        await ElementDoubles.ReadAsync(View, first, elements, async, cancellationToken).ConfigureAwait(false);
        await rule.ApplyAsync(first, elements, async, cancellationToken).ConfigureAwait(false);
    }
}

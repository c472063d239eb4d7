using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Calls any module, as Python's <c>module(*inputs)</c>.</summary>
internal static class ModuleCalls
{
    /// <returns>What the module returned, tuples taken apart.</returns>
    internal static Tensor[] Call(nn.Module module, Tensor[] inputs)
    {
        using var noGradients = no_grad();
        return module switch
        {
            LSTM lstm => Flat(lstm.call(inputs[0])),
            GRU gru => Flat(gru.call(inputs[0])),
            RNN rnn => Flat(rnn.call(inputs[0])),
            LSTMCell cell => Flat(cell.call(inputs[0], (inputs[1], inputs[2]))),
            GRUCell cell => [cell.forward(inputs[0])],
            RNNCell cell => [cell.forward(inputs[0])],
            MultiheadAttention attention => Flat(attention.call(inputs[0], inputs[1], inputs[2])),
            EmbeddingBag bag => [bag.call(inputs[0])],
            TransformerEncoder encoder => [encoder.call(inputs[0])],
            TransformerEncoderLayer layer => [layer.call(inputs[0])],
            TransformerDecoder decoder => [decoder.call(inputs[0], inputs[1])],
            TransformerDecoderLayer layer => [layer.call(inputs[0], inputs[1])],
            MaxUnpool1d unpool => [unpool.call(inputs[0], inputs[1])],
            MaxUnpool2d unpool => [unpool.call(inputs[0], inputs[1])],
            MaxUnpool3d unpool => [unpool.call(inputs[0], inputs[1])],
            nn.Module<Tensor, Tensor> of1 => [of1.call(inputs[0])],
            nn.Module<Tensor, Tensor, Tensor> of2 => [of2.call(inputs[0], inputs[1])],
            nn.Module<Tensor, Tensor, Tensor, Tensor> of3 => [of3.call(inputs[0], inputs[1], inputs[2])],
            nn.Module<Tensor, Tensor, Tensor, Tensor, Tensor> of4 => [of4.call(inputs[0], inputs[1], inputs[2], inputs[3])],
            _ => throw new NotSupportedException($"no test calls a {module.GetType()}"),
        };
    }

    private static Tensor[] Flat(System.Runtime.CompilerServices.ITuple results) =>
        [.. Enumerable.Range(0, results.Length).Select(i => (Tensor)results[i]!)];
}

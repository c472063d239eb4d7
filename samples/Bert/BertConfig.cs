using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bert;

/// <summary>The sizes in config.json.</summary>
internal sealed record BertConfig(
    [property: JsonPropertyName("vocab_size")] int Words,
    [property: JsonPropertyName("hidden_size")] int Width,
    [property: JsonPropertyName("num_hidden_layers")] int Layers,
    [property: JsonPropertyName("num_attention_heads")] int Heads,
    [property: JsonPropertyName("intermediate_size")] int Inner,
    [property: JsonPropertyName("max_position_embeddings")] int Positions,
    [property: JsonPropertyName("type_vocab_size")] int Types,
    [property: JsonPropertyName("layer_norm_eps")] double Epsilon)
{
    internal static BertConfig Read(string path) => JsonSerializer.Deserialize<BertConfig>(File.ReadAllText(path))!;
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Torchkeep.Formats.Places;

/// <summary>What the name of a file of weights says.</summary>
/// <param name="Family">Which library's names it is one of; weights of two families are two models.</param>
/// <param name="Order">Its place in the order in which that library looks for them.</param>
/// <param name="Number">Which model of accelerate's it is: <c>model_1.safetensors</c> is 1.</param>
/// <param name="Variant">The text between the points of <c>model.fp16.safetensors</c>, or null.</param>
internal sealed partial record WeightsName(int Family, int Order, int Number, string? Variant)
{
    // transformers/modeling_utils.py, _get_resolved_checkpoint_files, with accelerate's file of a whole FSDP model behind;
    // diffusers/models/modeling_utils.py, from_pretrained, which looks for an index first; peft/utils/save_and_load.py,
    // load_peft_weights; diffusers/loaders/lora_base.py.
    private static readonly string[][] _families =
    [
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model_fsdp.bin"],
        ["diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin.index.json", "diffusion_pytorch_model.bin"],
        ["adapter_model.safetensors", "adapter_model.bin"],
        ["pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin"],
    ];

    private static readonly string[] _words = ["safetensors", "bin", "index", "json"];

    /// <summary>What a name says, or null of any other.</summary>
    internal static WeightsName? Parse(string file)
    {
        string[] parts = file.Split('.');

        // A variant stands before the last part in new files, and elsewhere in old ones.
        var variant = string.Join('.', parts.Skip(1).Where(part => !_words.Contains(part)));
        var plain = string.Join('.', parts.Take(1).Concat(parts.Skip(1).Where(_words.Contains)));
        var number = 0;
        if (Find(plain) is null && Numbered().Match(plain) is { Success: true } match)
        {
            number = int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
            plain = match.Groups["stem"].Value + match.Groups["end"].Value;
        }

        return Find(plain) is var (family, order) ? new(family, order, number, variant.Length == 0 ? null : variant) : null;
    }

    /// <summary>The names without variant and number, in every family's order.</summary>
    internal static IEnumerable<string> Plain => _families.SelectMany(names => names);

    private static (int Family, int Order)? Find(string name)
    {
        for (var family = 0; family < _families.Length; family++)
        {
            if (Array.IndexOf(_families[family], name) is >= 0 and var order)
            {
                return (family, order);
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(?<stem>[^.]+)_(?<number>[0-9]{1,6})(?<end>\..*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Numbered();
}

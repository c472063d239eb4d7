using System.Text.RegularExpressions;
using Torchkeep.Formats.Sharded;

namespace Torchkeep.Formats.Places;

/// <summary>What the files are that training programs leave beside weights, by their names.</summary>
internal static partial class FolderNames
{
    /// <summary>What the names of Lightning's checkpoints end with.</summary>
    internal const string LightningEnd = ".ckpt";

    // transformers/trainer.py; accelerate/utils/constants.py and checkpointing.py. N is a number.
    private static readonly Dictionary<string, FolderRole> _roles = new(StringComparer.Ordinal)
    {
        ["optimizer.pt"] = FolderRole.Optimizer,
        ["optimizer.bin"] = FolderRole.Optimizer,
        ["optimizer_N.bin"] = FolderRole.Optimizer,
        ["scheduler.pt"] = FolderRole.Scheduler,
        ["scheduler.bin"] = FolderRole.Scheduler,
        ["scheduler_N.bin"] = FolderRole.Scheduler,
        ["scaler.pt"] = FolderRole.Scaler,
        ["rng_state.pth"] = FolderRole.RandomState,
        ["rng_state_N.pth"] = FolderRole.RandomState,
        ["random_states_N.pkl"] = FolderRole.RandomState,
        ["sampler.bin"] = FolderRole.Sampler,
        ["sampler_N.bin"] = FolderRole.Sampler,
        ["dl_state_dict.bin"] = FolderRole.Sampler,
        ["dl_state_dict_N.bin"] = FolderRole.Sampler,
        ["custom_checkpoint_N.pkl"] = FolderRole.Custom,
        ["training_args.bin"] = FolderRole.Arguments,
        ["trainer_state.json"] = FolderRole.TrainerState,
        ["model_index.json"] = FolderRole.Settings,
        ["hparams.yaml"] = FolderRole.Settings,
    };

    internal static FolderRole RoleOf(string file) =>
        _roles.TryGetValue(file, out var role) || _roles.TryGetValue(Number().Replace(file, "_N."), out role) ? role
        : ShardName.Parse(file) is not null ? FolderRole.Shard
        : WeightsName.Parse(file) is not null || file.EndsWith(LightningEnd, StringComparison.Ordinal) ? FolderRole.Weights
        : file.EndsWith("config.json", StringComparison.Ordinal) ? FolderRole.Settings
        : FolderRole.Other;

    [GeneratedRegex(@"_[0-9]+\.", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}

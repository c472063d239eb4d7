namespace Torchkeep;

/// <summary>What a file or folder in a <see cref="ModelFolder"/> is, by its name.</summary>
public enum FolderRole
{
    /// <summary>Weights: a file of them, or the index of several.</summary>
    Weights,

    /// <summary>One of several files of weights, which an index names.</summary>
    Shard,

    /// <summary>The state_dict of an optimizer: <c>optimizer.pt</c> of HF Trainer, <c>optimizer.bin</c> of accelerate.</summary>
    Optimizer,

    /// <summary>The state_dict of a learning-rate scheduler: <c>scheduler.pt</c>, <c>scheduler.bin</c>.</summary>
    Scheduler,

    /// <summary>The state_dict of a gradient scaler: <c>scaler.pt</c>.</summary>
    Scaler,

    /// <summary>States of random number generators: <c>rng_state.pth</c> of HF Trainer, <c>random_states_0.pkl</c> of accelerate.</summary>
    RandomState,

    /// <summary>Where the reading of the data stood: <c>sampler.bin</c>, <c>dl_state_dict.bin</c> of accelerate.</summary>
    Sampler,

    /// <summary>An object that the program registered with accelerate: <c>custom_checkpoint_0.pkl</c>.</summary>
    Custom,

    /// <summary>The settings of HF Trainer, a pickle: <c>training_args.bin</c>.</summary>
    Arguments,

    /// <summary>The step and the log of HF Trainer, JSON: <c>trainer_state.json</c>.</summary>
    TrainerState,

    /// <summary>Settings as text: <c>config.json</c>, <c>adapter_config.json</c>, <c>hparams.yaml</c>.</summary>
    Settings,

    /// <summary>A folder in it, of which nothing is looked at.</summary>
    Folder,

    /// <summary>A file with another name.</summary>
    Other,
}

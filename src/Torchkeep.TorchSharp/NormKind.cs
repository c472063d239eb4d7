namespace Torchkeep;

/// <summary>Normalizations whose state_dict PyTorch treats specially (torch/nn/modules/batchnorm.py, instancenorm.py).</summary>
internal enum NormKind
{
    None,
    Batch,
    Instance,
}

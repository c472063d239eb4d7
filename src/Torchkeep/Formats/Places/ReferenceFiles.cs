using System.Globalization;
using Torchkeep.IO;
using Torchkeep.Torch;

namespace Torchkeep.Formats.Places;

/// <summary>
/// The files of <c>torch_xla.utils.serialization.save</c>: the object in the file that is named, and each tensor in a folder
/// beside it, <c>FILE.tensors/tensor_N.pt</c>. The number alone is the file's; no name is.
/// </summary>
internal sealed class ReferenceFiles(ByteSource source, ReadOptions options) : ITensorReferences
{
    private readonly Dictionary<long, PyTensor> _tensors = [];

    public PyTensor Find(long number)
    {
        if (!_tensors.TryGetValue(number, out var tensor))
        {
            _tensors.Add(number, tensor = Open(number));
        }

        return tensor;
    }

    private PyTensor Open(long number)
    {
        var file = $"tensor_{number.ToString(CultureInfo.InvariantCulture)}.pt";
        if (source.Name is not { } index || !File.Exists(index))
        {
            throw new UnsupportedCheckpointException($"the file names tensors of torch_xla that lie in files beside it, this one in '{file}': open it by its path");
        }

        var path = Path.Combine($"{Path.GetFullPath(index)}.tensors", file);
        if (number < 0 || !File.Exists(path))
        {
            throw new InvalidCheckpointException($"the tensor is in the file '{Path.GetFileName(index)}.tensors{Path.DirectorySeparatorChar}{file}' of torch_xla beside it, which is not there: copy the folder along");
        }

        var bytes = new FileOnDemand(path);
        var head = new byte[Math.Min(bytes.Length, FormatTable.HeadSize)];
        bytes.Read(0, head);
        var format = FormatTable.Detect(head, bytes);
        return format.OpenAsync(bytes, options, async: false, CancellationToken.None).Complete().Root as PyTensor
            ?? throw new InvalidCheckpointException("the file should hold a tensor alone, as torch_xla writes it") { File = path };
    }
}

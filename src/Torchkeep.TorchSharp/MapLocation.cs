using System.Globalization;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>map_location</c>: where the tensors of a file go. Made of a device, its name, a table from the file's
/// device tags to others, or a function of the tag. The default sends every tensor to the device it was saved from.
/// </summary>
/// <remarks>Source of the rules: torch/serialization.py, <c>_get_restore_location</c>. Unlike PyTorch, <c>cpu:0</c> is taken.</remarks>
public readonly struct MapLocation : IEquatable<MapLocation>
{
    private readonly Func<string, torch.Device?>? _map;

    /// <summary>A function of the file's device tag, such as <c>cuda:0</c>; null from it means the tag's own device.</summary>
    /// <param name="map">Called once for each storage that is read.</param>
    public MapLocation(Func<string, torch.Device?>? map) => _map = map;

    /// <summary>Everything to one device.</summary>
    /// <param name="device">Such as <c>cpu</c>, <c>cuda:1</c> or <c>meta</c>.</param>
    /// <exception cref="ArgumentException">There is no device of that name.</exception>
    public static implicit operator MapLocation(string device) => Parse(device);

    /// <summary>Everything to one device.</summary>
    /// <param name="device">The device.</param>
    public static implicit operator MapLocation(torch.Device device) => new(_ => device);

    /// <summary>Tags to tags, such as <c>cuda:1</c> to <c>cuda:0</c>; a tag that is not in the table keeps its own device.</summary>
    /// <param name="table">From the file's device tags to others.</param>
    public static implicit operator MapLocation(Dictionary<string, string> table) =>
        new(tag => table.TryGetValue(tag, out var other) ? Parse(other) : null);

    /// <summary>Whether both are the same rule object.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(MapLocation left, MapLocation right) => left.Equals(right);

    /// <summary>Whether they are different rule objects.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(MapLocation left, MapLocation right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(MapLocation other) => Equals(_map, other._map);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MapLocation other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _map?.GetHashCode() ?? 0;

    /// <exception cref="InvalidOperationException">The device is one that this machine has not; in PyTorch's words, and what to write instead.</exception>
    internal torch.Device Resolve(string tag)
    {
        NativeLibraryCheck.Run();
        var device = _map?.Invoke(tag) ?? Own(tag);
        switch (device.type)
        {
            case DeviceType.CPU or DeviceType.META:
                break;
            case DeviceType.CUDA:
                CheckCuda(device);
                break;
            case DeviceType.MPS when torch.mps_is_available():
                break;
            case DeviceType.MPS:
                throw new InvalidOperationException(Hints.With("torch.UntypedStorage(): Storage device not recognized: mps.", DeviceHint.For("mps")));
            default:
                throw Absent(device.ToString());
        }

        return device;
    }

    // PyTorch's words, and what to write in C#.
    private static void CheckCuda(torch.Device device)
    {
        if (!torch.cuda.is_available())
        {
            throw new InvalidOperationException(Hints.With(
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a "
                + "CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU.",
                DeviceHint.For(device.ToString())));
        }

        var (index, count) = (Math.Max(device.index, 0), torch.cuda.device_count());
        if (index >= count)
        {
            throw new InvalidOperationException(Hints.With(
                $"Attempting to deserialize object on CUDA device {index} but torch.cuda.device_count() is {count}. "
                + "Please use torch.load with map_location to map your storages to an existing device.",
                DeviceHint.For(device.ToString())));
        }
    }

    // One text for all devices that TorchSharp cannot put a tensor on, also those that it does not know by name.
    private static InvalidOperationException Absent(string tag) => new(SafeText.Escape(Hints.With(
        $"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {tag}), {DeviceHint.What(tag)}, which is not here.", DeviceHint.For(tag))));

    private static torch.Device Own(string tag)
    {
        try
        {
            return Parse(tag);
        }
        catch (ArgumentException)
        {
            throw Absent(tag);
        }
    }

    // TorchSharp's own parser takes "1" for cuda and "a:b:c" for cpu.
    private static torch.Device Parse(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var parts = device.Split(':');
        var index = -1;
        return parts.Length <= 2
            && parts[0].All(char.IsAsciiLetter)
            && Enum.TryParse<DeviceType>(parts[0], ignoreCase: true, out var type)
            && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
                ? new(type, index)
                : throw new ArgumentException(SafeText.Escape($"there is no device '{device}': map_location can be \"cpu\", \"cuda:0\" or \"meta\""));
    }
}

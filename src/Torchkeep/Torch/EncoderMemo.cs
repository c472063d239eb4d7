using System.Runtime.CompilerServices;

namespace Torchkeep.Torch;

/// <summary>
/// The numbers under which a pickle has put its objects. It takes 16 bytes an object where a dictionary takes up to 56: a
/// file can hold millions of empty lists, and each of them has a number.
/// </summary>
internal sealed class EncoderMemo
{
    private const int MinSlots = 64;

    // By number; null where the number is that of a string or of a name, which are found by their text.
    private PyValue?[] _values = new PyValue?[MinSlots / 2];

    // Open addressing: the number plus 1, or 0 where the slot is free.
    private int[] _slots = new int[MinSlots];
    private int _objects;

    /// <summary>How many numbers are given.</summary>
    internal int Count { get; private set; }

    internal bool TryGetNumber(PyValue value, out int number)
    {
        number = _slots[SlotOf(value)] - 1;
        return number >= 0;
    }

    /// <summary>Gives the next number to an object, which must not have one.</summary>
    internal int Add(PyValue value)
    {
        if (_objects >= _slots.Length / 4 * 3)
        {
            Grow();
        }

        var number = AddNameless();
        _values[number] = value;
        _slots[SlotOf(value)] = number + 1;
        _objects++;
        return number;
    }

    /// <summary>Gives the next number to something that is not found here.</summary>
    internal int AddNameless()
    {
        if (Count == _values.Length)
        {
            Array.Resize(ref _values, Count * 2);
        }

        return Count++;
    }

    // The slot of the value, or the free one where it belongs. Hash codes of objects are spread evenly over their low bits.
    private int SlotOf(PyValue value)
    {
        var mask = _slots.Length - 1;
        var slot = RuntimeHelpers.GetHashCode(value) & mask;
        while (_slots[slot] != 0 && !ReferenceEquals(_values[_slots[slot] - 1], value))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var number = 0; number < Count; number++)
        {
            if (_values[number] is { } value)
            {
                _slots[SlotOf(value)] = number + 1;
            }
        }
    }
}

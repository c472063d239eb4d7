namespace Torchkeep;

/// <summary>
/// What copies bytes between this machine's memory and a device's: the few calls of the CUDA runtime that a load and a save
/// need. Tests have one over plain memory.
/// </summary>
internal interface IDeviceCopies
{
    /// <summary>Makes a device the current one of this thread.</summary>
    /// <param name="device">Its number.</param>
    /// <returns>The one before.</returns>
    int Enter(int device);

    /// <summary>Waits for all work that the current device was given before.</summary>
    void WaitForDevice();

    /// <summary>Memory that the devices reach without help of a processor, or plain memory where there is none of it.</summary>
    HostMemory Allocate(int bytes);

    /// <summary>Ends what <see cref="Allocate"/> began.</summary>
    void Free(HostMemory memory);

    /// <summary>A queue of copies of the current device, which waits for no other.</summary>
    nint CreateStream();

    /// <summary>Ends a queue that is empty.</summary>
    void DestroyStream(nint stream);

    /// <summary>A mark to put between copies.</summary>
    nint CreateEvent();

    /// <summary>Ends a mark.</summary>
    void DestroyEvent(nint mark);

    /// <summary>Puts a copy into the queue. The source stays as it is until the copy is done.</summary>
    void CopyToDevice(nint destination, nint source, int bytes, nint stream);

    /// <summary>As <see cref="CopyToDevice"/>, the other way.</summary>
    void CopyToHost(nint destination, nint source, int bytes, nint stream);

    /// <summary>Puts a mark behind all copies that are in the queue.</summary>
    void Record(nint mark, nint stream);

    /// <summary>Waits until all copies before a mark are done.</summary>
    void WaitForEvent(nint mark);

    /// <summary>Waits until a queue is empty.</summary>
    void WaitForStream(nint stream);
}

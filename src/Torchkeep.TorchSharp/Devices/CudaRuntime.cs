using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Torchkeep;

/// <summary>
/// The CUDA runtime that libtorch has loaded into this process, whatever its version: the functions called here have been the
/// same since CUDA 4 (docs.nvidia.com, CUDA Runtime API). TorchSharp has none of them. Nothing is loaded for it.
/// </summary>
internal sealed unsafe class CudaRuntime : IDeviceCopies
{
    private const int HostToDevice = 1; // enum cudaMemcpyKind
    private const int DeviceToHost = 2;
    private const uint NonBlockingStream = 1; // cudaStreamNonBlocking
    private const uint BlockingSync = 1; // cudaEventBlockingSync
    private const uint DisableTiming = 2; // cudaEventDisableTiming
    private const uint Portable = 1; // cudaHostAllocPortable and cudaHostRegisterPortable
    private const nuint LargePage = 2 << 20;

    private readonly delegate* unmanaged[Cdecl]<int*, int> _getDevice;
    private readonly delegate* unmanaged[Cdecl]<int, int> _setDevice;
    private readonly delegate* unmanaged[Cdecl]<int> _deviceSynchronize;
    private readonly delegate* unmanaged[Cdecl]<void**, nuint, uint, int> _hostAlloc;
    private readonly delegate* unmanaged[Cdecl]<void*, int> _freeHost;
    private readonly delegate* unmanaged[Cdecl]<void*, nuint, uint, int> _hostRegister;
    private readonly delegate* unmanaged[Cdecl]<void*, int> _hostUnregister;
    private readonly delegate* unmanaged[Cdecl]<nint*, uint, int> _streamCreate;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _streamDestroy;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _streamSynchronize;
    private readonly delegate* unmanaged[Cdecl]<nint*, uint, int> _eventCreate;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _eventDestroy;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, int> _eventRecord;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _eventSynchronize;
    private readonly delegate* unmanaged[Cdecl]<void*, void*, nuint, int, nint, int> _memcpyAsync;
    private readonly delegate* unmanaged[Cdecl]<int, byte*> _getErrorString;
    private readonly delegate* unmanaged[Cdecl]<int> _getLastError;

    private CudaRuntime(nint library)
    {
        _getDevice = (delegate* unmanaged[Cdecl]<int*, int>)Export("cudaGetDevice");
        _setDevice = (delegate* unmanaged[Cdecl]<int, int>)Export("cudaSetDevice");
        _deviceSynchronize = (delegate* unmanaged[Cdecl]<int>)Export("cudaDeviceSynchronize");
        _hostAlloc = (delegate* unmanaged[Cdecl]<void**, nuint, uint, int>)Export("cudaHostAlloc");
        _freeHost = (delegate* unmanaged[Cdecl]<void*, int>)Export("cudaFreeHost");
        _hostRegister = (delegate* unmanaged[Cdecl]<void*, nuint, uint, int>)Export("cudaHostRegister");
        _hostUnregister = (delegate* unmanaged[Cdecl]<void*, int>)Export("cudaHostUnregister");
        _streamCreate = (delegate* unmanaged[Cdecl]<nint*, uint, int>)Export("cudaStreamCreateWithFlags");
        _streamDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cudaStreamDestroy");
        _streamSynchronize = (delegate* unmanaged[Cdecl]<nint, int>)Export("cudaStreamSynchronize");
        _eventCreate = (delegate* unmanaged[Cdecl]<nint*, uint, int>)Export("cudaEventCreateWithFlags");
        _eventDestroy = (delegate* unmanaged[Cdecl]<nint, int>)Export("cudaEventDestroy");
        _eventRecord = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("cudaEventRecord");
        _eventSynchronize = (delegate* unmanaged[Cdecl]<nint, int>)Export("cudaEventSynchronize");
        _memcpyAsync = (delegate* unmanaged[Cdecl]<void*, void*, nuint, int, nint, int>)Export("cudaMemcpyAsync");
        _getErrorString = (delegate* unmanaged[Cdecl]<int, byte*>)Export("cudaGetErrorString");
        _getLastError = (delegate* unmanaged[Cdecl]<int>)Export("cudaGetLastError");

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <summary>Whether threads turn in a loop while they wait for a copy, rather than sleep.</summary>
    internal static bool Spins { get; set; }

    /// <summary>Whether memory is got in large pages and pinned then, rather than by the runtime.</summary>
    internal bool UseLargePages { get; set; }

    /// <summary>The runtime that is in this process, or null: libtorch then has no CUDA, or has it linked into itself.</summary>
    internal static CudaRuntime? TryFind()
    {
        try
        {
            return TryFindLoaded();
        }
        catch (Exception error) when (error is EntryPointNotFoundException or Win32Exception or InvalidOperationException or NotSupportedException)
        {
            // A runtime without these functions, or a system that does not say what is loaded.
            return null;
        }
    }

    public int Enter(int device)
    {
        int before;
        Check(_getDevice(&before), "cudaGetDevice");
        if (before != device)
        {
            Check(_setDevice(device), "cudaSetDevice");
        }

        return before;
    }

    public void WaitForDevice() => Check(_deviceSynchronize(), "cudaDeviceSynchronize");

    public HostMemory Allocate(int bytes)
    {
        void* start;
        if (!UseLargePages)
        {
            if (_hostAlloc(&start, (nuint)bytes, Portable) == 0)
            {
                return new((nint)start, HostMemoryKind.Pinned);
            }

            // The system lets this process pin no more.
            _ = _getLastError();
        }

        start = NativeMemory.AlignedAlloc((nuint)bytes, LargePage);
        LargePages.Ask((nint)start, bytes);
        new Span<byte>(start, bytes).Clear();
        if (_hostRegister(start, (nuint)bytes, Portable) == 0)
        {
            return new((nint)start, HostMemoryKind.Registered);
        }

        _ = _getLastError();
        return new((nint)start, HostMemoryKind.Plain);
    }

    public void Free(HostMemory memory)
    {
        if (memory.Kind == HostMemoryKind.Pinned)
        {
            Check(_freeHost((void*)memory.Start), "cudaFreeHost");
            return;
        }

        if (memory.Kind == HostMemoryKind.Registered)
        {
            Check(_hostUnregister((void*)memory.Start), "cudaHostUnregister");
        }

        NativeMemory.AlignedFree((void*)memory.Start);
    }

    public nint CreateStream()
    {
        nint stream;
        Check(_streamCreate(&stream, NonBlockingStream), "cudaStreamCreateWithFlags");
        return stream;
    }

    public void DestroyStream(nint stream) => Check(_streamDestroy(stream), "cudaStreamDestroy");

    public nint CreateEvent()
    {
        nint mark;
        Check(_eventCreate(&mark, DisableTiming | (Spins ? 0 : BlockingSync)), "cudaEventCreateWithFlags");
        return mark;
    }

    public void DestroyEvent(nint mark) => Check(_eventDestroy(mark), "cudaEventDestroy");

    public void CopyToDevice(nint destination, nint source, int bytes, nint stream) =>
        Check(_memcpyAsync((void*)destination, (void*)source, (nuint)bytes, HostToDevice, stream), "cudaMemcpyAsync to the device");

    public void CopyToHost(nint destination, nint source, int bytes, nint stream) =>
        Check(_memcpyAsync((void*)destination, (void*)source, (nuint)bytes, DeviceToHost, stream), "cudaMemcpyAsync from the device");

    public void Record(nint mark, nint stream) => Check(_eventRecord(mark, stream), "cudaEventRecord");

    public void WaitForEvent(nint mark) => Check(_eventSynchronize(mark), "cudaEventSynchronize");

    public void WaitForStream(nint stream) => Check(_streamSynchronize(stream), "cudaStreamSynchronize");

    private static CudaRuntime? TryFindLoaded()
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            // libcudart.so.13, libcudart-9335f6a2.so.12, cudart64_12.dll
            var name = module.ModuleName;
            if ((name.StartsWith("libcudart", StringComparison.Ordinal) || name.StartsWith("cudart64", StringComparison.OrdinalIgnoreCase))
                && NativeLibrary.TryLoad(module.FileName, out var library))
            {
                return new(library);
            }
        }

        return null;
    }

    private void Check(int error, string call)
    {
        if (error != 0)
        {
            // Else libtorch would find the error at its next call, and say that it failed.
            _ = _getLastError();
            throw new ExternalException($"{call} failed: {Marshal.PtrToStringUTF8((nint)_getErrorString(error))} (CUDA error {error})", error);
        }
    }
}

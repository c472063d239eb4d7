namespace Torchkeep.TorchSharp.Tests.Training;

public enum CrashPoint
{
    Before,
    HalfWritten,
    NotRenamed,
    After,
}

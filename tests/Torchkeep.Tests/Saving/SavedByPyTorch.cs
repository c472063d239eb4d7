using System.Reflection;

namespace Torchkeep.Tests.Saving;

/// <summary>The files that tests/fixtures/saving.py made with PyTorch 2.14.</summary>
internal static class SavedByPyTorch
{
    private static readonly string _folder = Path.Combine(
        typeof(SavedByPyTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!,
        "tests", "fixtures", "saving");

    internal static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(_folder, name));
}

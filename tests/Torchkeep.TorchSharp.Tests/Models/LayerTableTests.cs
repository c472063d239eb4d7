using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>Whether a row was forgotten.</summary>
public class LayerTableTests
{
    [Fact]
    public void EveryLayerOfTorchSharpsHasARow()
    {
        var layers = typeof(torch.nn.Module).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(torch.nn.Module)) && !type.IsAbstract && type.Namespace == typeof(Linear).Namespace)
            .ToList();

        Assert.InRange(layers.Count, 125, 140);
        Assert.DoesNotContain(layers, type => LayerTable.Find(type) is null);
    }

    [Fact]
    public void EveryRowIsFoundByTheNameOfItsClass() =>
        Assert.DoesNotContain(LayerTable.Rows, row => !LayerTable.ByClass.ContainsKey(row.ClassName));
}

namespace Torchkeep.Tests.Values;

public sealed class PyEntryTests
{
    [Fact]
    public void AnEntryKnowsItsParentDepthAndLastStep()
    {
        var record = new PyObject(PyObjectKind.Call, new PyGlobal("m", "f"), new PyTuple("x")) { State = new PyDict { { "w", 1 } } };
        using var file = new MemoryStream();
        Checkpoint.Save(new PyDict { { "it's", new PyList(record) } }, file, cancellationToken: TestContext.Current.CancellationToken);
        using var checkpoint = Checkpoint.Open(file.ToArray());

        var entries = checkpoint.Walk().ToList();

        Assert.Equal(["$", "[\"it's\"]", "[0]", "(arg0)", ".w"], entries.Select(entry => entry.Step));
        Assert.Equal([0, 1, 2, 3, 3], entries.Select(entry => entry.Depth));
        Assert.Null(entries[0].Parent);
        Assert.Same(entries[2], entries[4].Parent);
        Assert.All(entries.Skip(1), entry => Assert.Equal(entry.Parent!.Path + entry.Step, entry.Path));
    }
}

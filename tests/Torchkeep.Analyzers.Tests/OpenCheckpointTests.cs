namespace Torchkeep.Analyzers.Tests;

/// <summary>Checkpoints whose file stays open.</summary>
public sealed class OpenCheckpointTests
{
    [Theory]
    [InlineData("var loaded = torch.load(path, weights_only: true);", "using var loaded = torch.load(path, weights_only: true);")]
    [InlineData("var loaded = torch.load_checkpoint(path); model.load_state_dict(loaded[\"model\"]);", "using var loaded = torch.load_checkpoint(path); model.load_state_dict(loaded[\"model\"]);")]
    [InlineData("LoadedCheckpoint loaded = torch.load(stream); var epoch = (int)loaded[\"epoch\"];", "using LoadedCheckpoint loaded = torch.load(stream); var epoch = (int)loaded[\"epoch\"];")]
    public async Task AVariableThatNothingDisposesIsDeclaredWithUsing(string statements, string expected)
    {
        var program = await Statements.Check(statements);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0009", program.Ids);
        var repaired = await program.Fixed("TK0009");
        Assert.Empty(repaired.Errors);
        Assert.Equal("", repaired.Ids);
        Assert.Equal(expected, Statements.Of(repaired));
    }

    [Theory]
    [InlineData("using var loaded = torch.load(path, weights_only: true);")]
    [InlineData("using (var loaded = torch.load(path, weights_only: true)) { Take(loaded); }")]
    [InlineData("var loaded = torch.load(path, weights_only: true); loaded.Dispose();")]
    [InlineData("var loaded = torch.load(path, weights_only: true); try { } finally { loaded?.Dispose(); }")]
    [InlineData("var loaded = torch.load(path, weights_only: true); Take(loaded);")]
    [InlineData("var loaded = torch.load(path, weights_only: true); var list = new List<LoadedCheckpoint> { loaded };")]
    [InlineData("var loaded = torch.load(path, weights_only: true); Action later = () => loaded.Dispose();")]
    [InlineData("var loaded = torch.load(path, weights_only: true); using (loaded) { }")]
    [InlineData("var part = given[\"model\"];")]
    [InlineData("LoadedCheckpoint Open() => torch.load(path, weights_only: true);")]
    [InlineData("LoadedCheckpoint Open() { var loaded = torch.load(path, weights_only: true); return loaded; }")]
    public async Task OneThatIsDisposedOrHandedOnIsNotFound(string statements)
    {
        var program = await Statements.Check(statements);
        Assert.Empty(program.Errors);
        Assert.Equal("", program.Ids);
    }

    [Theory]
    [InlineData("model.load_state_dict(torch.load(path, weights_only: true));", "model.load_state_dict(path);")]
    [InlineData("model.load_state_dict(torch.load(path, weights_only: true), strict: false);", "model.load_state_dict(path, strict: false);")]
    [InlineData("model.load_state_dict(torch.load_checkpoint(path));", "model.load_state_dict(path);")]
    public async Task OneThatNobodyKeepsBecomesItsPath(string statement, string expected)
    {
        var program = await Statements.Check(statement);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0010", program.Ids);
        var repaired = await program.Fixed("TK0010");
        Assert.Empty(repaired.Errors);
        Assert.Equal("", repaired.Ids);
        Assert.Equal(expected, Statements.Of(repaired));
    }

    [Theory]
    [InlineData("model.load_state_dict(torch.load(stream));")]
    [InlineData("model.load_state_dict(torch.load(path, map_location: \"cpu\"), assign: true);")]
    [InlineData("optimizer.load_state_dict(torch.load(path, weights_only: true));")]
    [InlineData("var one = torch.load_checkpoint(path).tensor();")]
    [InlineData("var epoch = (int)torch.load(path, weights_only: true)[\"epoch\"];")]
    public async Task OneThatIsMoreThanItsPathIsFoundAlone(string statement)
    {
        var program = await Statements.Check(statement);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0010", program.Ids);
        Assert.Empty(await program.Actions("TK0010"));
    }
}

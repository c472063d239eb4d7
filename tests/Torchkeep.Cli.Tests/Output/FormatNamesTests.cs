using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests.Output;

public sealed class FormatNamesTests
{
    [Fact]
    public void EveryFormatHasAName() => Assert.All(Enum.GetValues<CheckpointFormat>(), format => Assert.NotEmpty(FormatNames.Of[format].Phrase));
}

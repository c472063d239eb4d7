using Torchkeep.Formats.TorchLegacy;

namespace Torchkeep.Tests.Formats.TorchLegacy;

public sealed class LegacySignatureTests
{
    // The start of a file that torch.save(..., _use_new_zipfile_serialization=False, pickle_protocol=N) writes.
    [Theory]
    [InlineData("4c3131393534373033373134363033383830313333333335364c0a2e4de9032e")]
    [InlineData("80028a0a6cfc9c46f9206aa850192e80024de9032e")]
    [InlineData("80038a0a6cfc9c46f9206aa850192e80034de9032e")]
    [InlineData("8004950d000000000000008a0a6cfc9c46f9206aa850192e8004950400000000000000")]
    [InlineData("8005950d000000000000008a0a6cfc9c46f9206aa850192e8005950400000000000000")]
    public void EveryProtocolIsKnown(string start) => Assert.True(LegacySignature.Matches(Convert.FromHexString(start)));

    [Theory]
    [InlineData("")]
    [InlineData("80024de9032e")]
    [InlineData("80028a0a6cfc9c46f9206aa850")]
    public void AnotherPickleIsNot(string start) => Assert.False(LegacySignature.Matches(Convert.FromHexString(start)));
}

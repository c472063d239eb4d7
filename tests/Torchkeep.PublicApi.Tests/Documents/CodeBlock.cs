namespace PublicApi.Tests.Documents;

/// <summary>A fenced block of a page.</summary>
/// <param name="Language">What stands behind the opening fence.</param>
/// <param name="Marker">The HTML comment right before the block, without its brackets; empty for none.</param>
/// <param name="Text">The lines between the fences.</param>
/// <param name="Line">The line of the opening fence, from 1.</param>
internal sealed record CodeBlock(string Language, string Marker, string Text, int Line);

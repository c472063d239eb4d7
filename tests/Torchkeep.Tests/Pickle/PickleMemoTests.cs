using System.Text;
using Torchkeep.Pickle;

namespace Torchkeep.Tests.Pickle;

/// <summary>Memo entries, of which the machine keeps those alone that the pickle fetches (CPython Lib/pickle.py, <c>load_put</c> and <c>load_get</c>).</summary>
public sealed class PickleMemoTests
{
    [Theory]
    [InlineData("K\x07q\x00" + "0h\x00.")]
    [InlineData("K\x07q\x01" + "0h\x01.")]
    [InlineData("K\x07r\x09\x00\x00\x00" + "0j\x09\x00\x00\x00.")]
    [InlineData("K\x07r\xff\xff\xff\xff" + "0j\xff\xff\xff\xff.")]
    [InlineData("K\x07q\xfe" + "0K\x08q\x00" + "0h\xfe.")]
    [InlineData("K\x07p0\n0g0\n.")]
    [InlineData("K\x07p12\n0h\x0c.")]
    [InlineData("K\x07q\x05" + "0g5\n.")]
    [InlineData("K\x07\x94" + "0h\x00.")]
    public void WhatIsFetchedIsWhatWasPut(string pickle) => Assert.Equal(7, Run(pickle).AsInt64());

    [Theory]
    [InlineData("K\x01q\x05\x94K\x07\x94\x30\x30h\x02.")]
    [InlineData("K\x01q\x00q\x00q\x00K\x07\x94\x30\x30h\x01.")]
    [InlineData("K\x01q\x63K\x07\x94\x30\x30h\x01.")]
    public void MemoizeTakesTheNumberOfEntriesAsItsIndex(string pickle) => Assert.Equal(7, Run(pickle).AsInt64());

    [Fact]
    public void ALaterEntryReplacesAnEarlierOne() => Assert.Equal([1, 7], Run("]K\x01q\x00" + "ah\x00K\x07q\x00" + "00h\x00" + "a.").AsItems().Select(item => item.AsInt64()));

    [Theory]
    [InlineData("h\x00.")]
    [InlineData("K\x01q\x00" + "0h\x01.")]
    [InlineData("h\x00K\x01q\x00.")]
    [InlineData("g0\n.")]
    [InlineData("j\xff\xff\xff\xff.")]
    public void WhatWasNotPutIsRefused(string pickle) => Assert.Throws<InvalidCheckpointException>(() => Run(pickle));

    // What stands in texts and bytes is no opcode.
    [Fact]
    public void ArgumentsAreNoOpcodes() =>
        Assert.Equal(7, Run("X\x02\x00\x00\x00q\x00" + "0U\x02h\x01" + "0Vh\n0K\x07q\x00" + "0h\x00.").AsInt64());

    [Fact]
    public void WhatIsNeverFetchedIsNotKept()
    {
        var host = new CollectingHost();
        var position = 0;
        var pickle = string.Concat(Enumerable.Range(0, CollectingHost.Count).Select(i => $"NQq{(char)i}0")) + "h\x07.";

        PickleMachine.Run(Encoding.Latin1.GetBytes(pickle), ref position, "data.pkl", host, ReadLimits.Default);

        // Beside the one that is fetched, the one just made may still be at hand.
        Assert.InRange(host.Alive, 1, 2);
    }

    private static PyValue Run(string pickle) => PlainHost.Run(Encoding.Latin1.GetBytes(pickle));

    /// <summary>Makes an object for each persistent id, and counts at the last those that are still there.</summary>
    private sealed class CollectingHost : IPickleHost
    {
        internal const int Count = 50;

        private readonly List<WeakReference> _made = [];

        internal int Alive { get; private set; }

        public PyValue? Call(PyGlobal callable, PyTuple arguments) => null;

        public bool TryBuild(PyValue target, PyValue state) => false;

        public PyValue LoadPersistent(PyValue id)
        {
            if (_made.Count == Count - 1)
            {
                GC.Collect();
                Alive = _made.Count(made => made.IsAlive);
            }

            var value = new PyList();
            _made.Add(new(value));
            return value;
        }
    }
}

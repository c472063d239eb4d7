using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>The milestones of MultiStepLR, a <c>collections.Counter</c> in PyTorch, and of SequentialLR, a list.</summary>
internal static class MilestoneKeys
{
    internal static SchedulerKey Counter => new(
        "milestones",
        scheduler =>
        {
            // TorchSharp takes one that comes twice for one.
            PyDict counts = [];
            foreach (var milestone in SchedulerFields.Milestones((MultiStepLR)scheduler))
            {
                counts[milestone] = 1;
            }

            return new PyObject(PyObjectKind.Call, new PyGlobal("collections", "Counter"), new(counts));
        },
        (scheduler, value) =>
        {
            var milestones = Read(value);
            return () =>
            {
                SchedulerFields.Milestones((MultiStepLR)scheduler) = milestones;
                SchedulerFields.SortedMilestones((MultiStepLR)scheduler) = [.. milestones.Order()];
            };
        });

    internal static SchedulerKey List => new(
        "_milestones",
        scheduler => new PyList(SchedulerFields.Milestones((SequentialLR)scheduler).Select(PyValue (milestone) => milestone)),
        (scheduler, value) =>
        {
            var count = SchedulerFields.Milestones((SequentialLR)scheduler).Length;
            var milestones = SchedulerKey.ItemsOf(value)?.Select(SchedulerKey.IntOf).ToArray();
            return milestones?.Length == count
                ? () => SchedulerFields.Milestones((SequentialLR)scheduler) = milestones
                : throw new FormatException($"expected a list of {count} ints, found {PyNumber.Describe(value)}");
        });

    private static List<int> Read(PyValue value)
    {
        var counts = value switch
        {
            PyObject { Callable: PyGlobal { Module: "collections", Name: "Counter" }, Arguments.Items: [PyDict made] } => made,
            PyObject { Callable: PyGlobal { Module: "collections", Name: "Counter" }, Entries: { } filled } => filled,
            PyDict dict => dict,
            _ => throw new FormatException($"expected a collections.Counter, found {PyNumber.Describe(value)}"),
        };
        return [.. counts.Select(entry => SchedulerKey.IntOf(entry.Value) == 1
            ? SchedulerKey.IntOf(entry.Key)
            : throw new FormatException($"expected each milestone once, which is all that TorchSharp counts, found {entry.Key} {entry.Value} times"))];
    }
}

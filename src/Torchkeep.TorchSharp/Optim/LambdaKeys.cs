using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep;

/// <summary>The functions of LambdaLR and MultiplicativeLR, which no file has; PyTorch writes None for each.</summary>
internal static class LambdaKeys
{
    internal static SchedulerKey Of<T>(Func<T, int> count)
        where T : LRScheduler =>
        new(
            "lr_lambdas",
            scheduler => new PyList(Enumerable.Repeat(PyNone.Value, count((T)scheduler))),
            (scheduler, value) =>
                SchedulerKey.ItemsOf(value) is not { } lambdas || lambdas.Count != count((T)scheduler)
                    ? throw new FormatException($"expected a list of {count((T)scheduler)}, found {PyNumber.Describe(value)}")
                : lambdas.Any(lambda => lambda is not PyNone)
                    ? throw new FormatException("expected None, found the attributes of a callable object, which a function here has no place for")
                : () => { });
}

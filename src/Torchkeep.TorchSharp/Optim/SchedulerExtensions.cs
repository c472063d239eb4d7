using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep;

/// <summary>PyTorch's <c>state_dict</c> and <c>load_state_dict</c> for TorchSharp's schedulers, which have neither.</summary>
public static class SchedulerExtensions
{
    /// <param name="scheduler">Any of TorchSharp's.</param>
    extension(LRScheduler scheduler)
    {
        /// <summary>
        /// How far the schedule is and what it is, as PyTorch's dictionary. It is a copy: later steps do not change it. An
        /// optimizer that is saved afterwards, also by the same <c>torch.save</c>, has what PyTorch's schedulers keep in its groups.
        /// </summary>
        /// <exception cref="NotSupportedException">PyTorch has no such scheduler.</exception>
        public PyDict state_dict()
        {
            ArgumentNullException.ThrowIfNull(scheduler);
            return SchedulerState.Save(scheduler);
        }

        /// <summary>
        /// Loads what a scheduler of the same class had, saved by PyTorch or from here. Everything is checked first; when it
        /// throws, the scheduler is as it was. As in PyTorch the learning rates are the optimizer's to load. If it was loaded
        /// before this scheduler was built, whose constructor has overwritten them, they are put back.
        /// </summary>
        /// <param name="state_dict">PyTorch's dictionary, such as <c>checkpoint["scheduler"]</c>.</param>
        /// <exception cref="StateDictException">It does not fit; the message lists everything that is wrong.</exception>
        /// <exception cref="NotSupportedException">PyTorch has no such scheduler.</exception>
        /// <example><code>
        /// using var loaded = torch.load("run.pt", weights_only: true);
        /// optimizer.load_state_dict(loaded["optimizer"]);
        /// scheduler.load_state_dict(loaded["scheduler"]);
        /// </code></example>
        public void load_state_dict(LoadedCheckpoint state_dict)
        {
            ArgumentNullException.ThrowIfNull(scheduler);
            ArgumentNullException.ThrowIfNull(state_dict);
            SchedulerState.Load(scheduler, state_dict.value, state_dict.Expression);
        }

        /// <summary>As <c>load_state_dict</c> of a loaded checkpoint, from values in memory.</summary>
        /// <param name="state_dict">PyTorch's dictionary, perhaps from <c>scheduler.state_dict()</c>.</param>
        /// <exception cref="StateDictException">It does not fit; the message lists everything that is wrong.</exception>
        public void load_state_dict(PyDict state_dict)
        {
            ArgumentNullException.ThrowIfNull(scheduler);
            ArgumentNullException.ThrowIfNull(state_dict);
            SchedulerState.Load(scheduler, state_dict, nameof(state_dict));
        }
    }
}

using TorchSharp;
using TorchSharp.Modules;
using StateDictionary = TorchSharp.torch.optim.Optimizer.StateDictionary;

namespace Torchkeep;

/// <summary>
/// <c>Optimizer.load_state_dict</c> (torch/optim/optimizer.py). PyTorch compares the numbers of groups and parameters; here
/// all else is compared too, and only then is anything changed.
/// </summary>
internal sealed class OptimizerLoader
{
    private readonly StateDictionary _target;
    private readonly TensorReader _reader;
    private readonly List<string> _problems = [];
    private readonly List<OptionsPlan> _options = [];
    private readonly List<(int Group, StatePlan Plan)> _states = [];
    private readonly HashSet<PyValue> _unclaimed = [];

    private OptimizerLoader(StateDictionary target, TensorReader reader)
    {
        _target = target;
        _reader = reader;
    }

    internal static void Load(torch.optim.Optimizer optimizer, PyValue value, torch.nn.Module? module)
    {
        // State goes to where its parameter is, so that a map_location has nothing to say.
        using var reader = new TensorReader(torch.CPU);
        using var noGradients = torch.no_grad();
        var loader = new OptimizerLoader(OptimizerExtensions.StateOf(optimizer), reader);
        loader.Check(value, module is null ? null : new ParameterNames(module));
        if (loader._problems.Count > 0)
        {
            var name = loader._target.Options is [var options, ..] ? OptimizerTable.Of(options).Name : optimizer.GetType().Name;
            throw new StateDictException(name, new([], []), loader._problems);
        }

        loader.Apply([.. optimizer.ParamGroups.Cast<ParamGroup>()]);
    }

    private void Check(PyValue value, ParameterNames? names)
    {
        List<List<OptimizerState>> groups = [.. _target.StateIndexRef.Select(indices => indices.ConvertAll(index => _target.State[index]))];
        var namesOfGroups = names is null ? null : groups.ConvertAll(group => group.ConvertAll(names.Of));
        var saved = SavedOptimizer.Read(value, namesOfGroups, _problems);
        if (names is null && saved.IsKeyedByName)
        {
            throw new ArgumentException("This state_dict of an optimizer names the parameters; give load_state_dict the module that has these names.");
        }

        if (saved.Groups.Count != groups.Count)
        {
            _problems.Add($"loaded state dict has a different number of parameter groups: {saved.Groups.Count}, and the optimizer has {groups.Count}");
            return;
        }

        _unclaimed.UnionWith(saved.State.Select(entry => entry.Key));
        for (var i = 0; i < groups.Count; i++)
        {
            CheckGroup(i, saved.Groups[i], groups[i], namesOfGroups?[i], saved.State);
        }

        _problems.AddRange(_unclaimed.Select(member => $"there is state for {member}, which is in no group"));
    }

    private void CheckGroup(int index, SavedGroup saved, List<OptimizerState> members, List<string>? names, PyDict state)
    {
        _unclaimed.ExceptWith(saved.Members);
        var row = OptimizerTable.Of(_target.Options[index]);
        List<string> problems = [];
        var options = OptionsPlan.Read(row, saved.Options, problems);
        _options.Add(options);
        if (saved.Members.Count != members.Count)
        {
            problems.Add(
                $"has {saved.Members.Count} parameters, and the optimizer's {members.Count}: "
                + "loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
        }

        var isFit = problems.Count == 0;
        var order = names is not null && saved.Names is not null ? Match(saved, names, problems) : saved.Members;
        _problems.AddRange(problems.Select(problem => $"group {index} {problem}"));
        if (!isFit || order is null)
        {
            return;
        }

        for (var i = 0; i < members.Count; i++)
        {
            List<string> own = [];
            var name = names?[i] ?? saved.Names?[i];
            _states.Add((index, StatePlan.Read(row, members[i], options.Loaded, state.TryGet(order[i], out var entry) ? entry : null, _reader, own)));
            _problems.AddRange(own.Select(problem => $"{(name is null ? $"parameter {i} of group {index}" : $"\"{name}\"")} {problem}"));
        }
    }

    /// <summary>The file's members in the order of the optimizer's, or null where the names are others.</summary>
    private static List<PyValue>? Match(SavedGroup saved, List<string> names, List<string> problems)
    {
        Dictionary<string, PyValue> members = [];
        foreach (var (name, member) in saved.Names!.Zip(saved.Members))
        {
            members[name] = member;
        }

        problems.AddRange(names.Where(name => !members.ContainsKey(name)).Select(name => $"has no parameter \"{name}\", and the optimizer's has"));
        problems.AddRange(members.Keys.Except(names).Select(name => $"has a parameter \"{name}\", and the optimizer's has not"));
        return names.TrueForAll(members.ContainsKey) ? names.ConvertAll(name => members[name]) : null;
    }

    private void Apply(List<ParamGroup> groups)
    {
        TensorView.VerifyAll(_states.SelectMany(state => state.Plan.Views));
        _states.ForEach(state => state.Plan.Prepare());
        for (var i = 0; i < groups.Count; i++)
        {
            _options[i].Apply(groups[i]);
        }

        List<Transfer> later = [];
        _states.ForEach(state => state.Plan.Apply(groups[state.Group].Options, later));
        Transfers.Run(later, later.Exists(transfer => transfer.Device != Transfer.Here) ? DeviceMemory.PoolFor(DeviceType.CUDA) : null);
    }
}

using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checking;

/// <summary>What PyTorch writes is whole, and what it runs of a file is what the scan says.</summary>
public sealed class VerifyAndScanTests
{
    private const string Write = """
        import json, numpy, os, pickle, torch, torch.fx
        os.chdir(path)
        model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3)).eval()
        state = model.state_dict()
        optimizer = torch.optim.Adam(model.parameters())
        torch.save(state, 'clean-state.pt')
        torch.save(state, 'clean-stream.pt', _use_new_zipfile_serialization=False)
        torch.save({'model': state, 'optimizer': optimizer.state_dict(), 'epoch': 3}, 'clean-training.pt')
        pickle.dump({'a': [1, 2.5, None, 'text', b'bytes']}, open('clean-plain.pkl', 'wb'), 0)
        with open('clean-several.pt', 'wb') as file:
            for number in range(3):
                torch.save({'number': number, 'tensor': torch.ones(3)}, file, _use_new_zipfile_serialization=False)
        keys = list(state)
        torch.save({key: state[key] for key in keys[:2]}, 'clean-1.bin')
        torch.save({key: state[key] for key in keys[2:]}, 'clean-2.bin')
        json.dump({'weight_map': {key: 'clean-1.bin' if key in keys[:2] else 'clean-2.bin' for key in keys}}, open('clean-index.json', 'w'))
        torch.jit.save(torch.jit.script(model), 'clean-script.pt')
        torch.jit.save(torch.jit.trace(model, torch.ones(2, 4)), 'clean-traced.pt')
        torch.save(model, 'clean-module.pt')
        pickle.dump(dict(state), open('clean-pickled.pkl', 'wb'))
        pickle.dump(dict(state), open('clean-pickled-2.pkl', 'wb'), 2)
        torch.save(optimizer, 'clean-optimizer.pt')
        torch.save(torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD(model.parameters(), 0.1, 0.9), 0.1, 10).state_dict(), 'clean-schedule.pt')
        torch.save([numpy.random.get_state(), numpy.random.RandomState(1), numpy.random.default_rng(2), numpy.array([132, 309]), numpy.float32(1)], 'clean-numpy.pt')
        torch.save(torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(4, 2, 4, activation=torch.nn.functional.gelu), 2), 'clean-layers.pt')
        torch.save(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(3)), shuffle=True), 'clean-loader.pt')
        class Net(torch.nn.Module): pass
        Net.__module__, Net.__qualname__ = '__main__', 'Net'
        __import__('__main__').Net = Net
        torch.save(Net(), 'unknown-module.pt')
        torch.save(torch.fx.symbolic_trace(torch.nn.ReLU()), 'dangerous-graph.pt')
        lines = []
        """;

    private const string WriteHostile = """
        import io, os, pickle, torch
        os.chdir(path)
        class Hostile:
            def __reduce__(self):
                return os.system, ('touch ' + path + '/marker',)
        torch.save({'weight': torch.ones(2), 'hostile': Hostile()}, 'zip.pt')
        torch.save([Hostile()], 'stream.pt', _use_new_zipfile_serialization=False)
        pickle.dump(Hostile(), open('bare.pkl', 'wb'))
        with open('second.pt', 'wb') as file:
            torch.save([1], file, _use_new_zipfile_serialization=False)
            torch.save([Hostile()], file, _use_new_zipfile_serialization=False)
        inner = io.BytesIO()
        torch.save(Hostile(), inner)
        open('nested.pkl', 'wb').write(b'\x80\x03ctorch.storage\n_load_from_bytes\nB' + len(inner.getvalue()).to_bytes(4, 'little') + inner.getvalue() + b'\x85R.')

        def load(name):
            with open(name, 'rb') as file:
                if name.endswith('.pkl'):
                    return pickle.load(file)
                torch.load(file, weights_only=False)
                if name == 'second.pt':
                    torch.load(file, weights_only=False)

        lines = []
        for name in sorted(os.listdir('.')):
            try:
                load(name)
            except Exception as error:
                pass
            if os.path.exists('marker'):
                os.remove('marker')
                lines.append(name)
        """;

    public static TheoryData<string> Judges => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Judges))]
    public void WhatPyTorchWritesIsWholeAndJudgedByItsNames(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        judge.Run(folder[""], Write);
        var files = Directory.GetFiles(folder[""]);
        Assert.Equal(20, files.Length);
        foreach (var file in files)
        {
            var report = CheckpointVerifier.Verify(file, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(report.IsWhole, $"{file}: {string.Join("; ", report.Faults)}");
            var scan = CheckpointScanner.Scan(file, cancellationToken: TestContext.Current.CancellationToken);
            var expected = Path.GetFileName(file).Split('-')[0];
            Assert.True(
                expected == "clean" ? scan.IsClean : scan.Findings.Any(finding => finding.Rule.Id == $"{expected}-global") && scan.Level == (expected == "unknown" ? ScanLevel.Warning : ScanLevel.Error),
                $"{file}: {string.Join("; ", scan.Findings)}");
        }
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void WhatPyTorchRunsIsFlaggedAndNotRun(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        Assert.Equal(["bare.pkl", "nested.pkl", "second.pt", "stream.pt", "zip.pt"], judge.Run(folder[""], WriteHostile));
        foreach (var file in Directory.GetFiles(folder[""]))
        {
            var scan = CheckpointScanner.Scan(file, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Contains(scan.Globals, global => global is { Name: { Module: "posix", Name: "system" }, Risk: GlobalRisk.Dangerous, Use: GlobalUse.Called });
            CheckpointVerifier.Verify(file, cancellationToken: TestContext.Current.CancellationToken);
            foreach (var checkpoint in Checkpoint.OpenAll(file))
            {
                using (checkpoint)
                {
                    Assert.All(checkpoint.Walk(), entry => Assert.NotEmpty(entry.Value.TypeName));
                }
            }
        }

        Assert.False(File.Exists(folder["marker"]));
    }
}

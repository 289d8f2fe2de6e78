using Kruise.Sim.Reports;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Cli;

/// <summary>Makes the runs that a search asks for, keeping each in a file as it ends, and gives those that an earlier attempt has made without running them again.</summary>
internal sealed class TuneBatches : IDisposable
{
    private readonly TextWriter _errors;
    private readonly int _workers;
    private readonly string _path;
    private readonly Dictionary<string, SweepTrial> _known = new(StringComparer.Ordinal);
    private readonly TrialFile _file;
    private readonly Interruption _interruption;

    /// <exception cref="ReportException">The file keeps other runs, or cannot be read or written.</exception>
    public TuneBatches(string path, TuneLog.Header header, bool resumes, int workers, TextWriter errors)
    {
        (_path, _workers, _errors) = (path, workers, errors);
        IReadOnlyList<TuneLog.Line> kept = [];
        if (File.Exists(path))
        {
            (TuneLog.Header earlier, kept) = TuneLog.Read(path);
            KeptTrials.Check(path, resumes, "search", kept.Count, TuneLog.Difference(earlier, header));
            foreach (TuneLog.Line line in kept) _known[TuneLog.Key(line.Values, line.Run.Number)] = line.Run;
        }
        else
        {
            KeptTrials.TellNone(path, resumes, errors);
        }

        _file = TrialFile.Open(path, TrialFile.Whole(header, kept));
        _interruption = new Interruption(errors);
    }

    /// <summary>The runs' figures in their order; null when it was interrupted.</summary>
    public IReadOnlyList<SweepTrial>? Make(IReadOnlyList<TuneRun> runs)
    {
        var trials = new SweepTrial?[runs.Count];
        List<int> left = [];
        for (int i = 0; i < runs.Count; i++)
        {
            trials[i] = _known.GetValueOrDefault(TuneLog.Key(runs[i].Candidate.Point.Values, runs[i].Seed));
            if (trials[i] is null) left.Add(i);
        }

        bool interactive = Screen.IsInteractive(_errors);
        if (left.Count > 0) new TrialProgress(Screen.For(_errors, !interactive), interactive).Run(left.Count, tell =>
            new TrialRunner(_workers, () => _interruption.Requested).Run([.. left.Select(i => runs[i].Trial)], (i, outcome) =>
            {
                TuneRun run = runs[left[i]];
                SweepTrial trial = trials[left[i]] = SweepTrial.Of(run.Seed, outcome);
                _file.Add(new TuneLog.Line(run.Candidate.Point.Values, trial));
                _known[TuneLog.Key(run.Candidate.Point.Values, run.Seed)] = trial;
                tell(FormattableString.Invariant($"run {i + 1} of this look"));
            }));
        return trials.Contains(null) ? null : [.. trials.OfType<SweepTrial>()];
    }

    /// <summary>Says what an interruption left.</summary>
    public void TellKept() => _errors.WriteLine(FormattableString.Invariant($"interrupted: {_known.Count} runs are kept in {_path}; the same command with --resume goes on"));

    public void Dispose()
    {
        _interruption.Dispose();
        _file.Dispose();
    }
}

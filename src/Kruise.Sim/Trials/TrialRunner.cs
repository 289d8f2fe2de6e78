using System.Diagnostics;

namespace Kruise.Sim.Trials;

/// <summary>Runs trials on several threads at once. A trial's outcome depends on nothing but itself, so that the number of threads changes only the time.</summary>
/// <param name="workers">Threads, at least 1.</param>
/// <param name="interrupted">Asked every so often; once it answers yes, no trial is begun and those under way are given up.</param>
internal sealed class TrialRunner(int workers, Func<bool> interrupted)
{
    // Often enough for a quick answer to Ctrl-C, seldom enough to cost nothing.
    private const int EventsPerTurn = 50_000;

    /// <summary>Runs trials.</summary>
    /// <param name="trials">What to run; begun in this order.</param>
    /// <param name="finished">Told each outcome with the trial's index, one at a time, in the order in which they end.</param>
    /// <returns>The outcomes in the order of the trials; null where one was given up or not begun.</returns>
    /// <exception cref="TrialException">A simulation failed; trials under way then end first.</exception>
    public IReadOnlyList<TrialOutcome?> Run(IReadOnlyList<Trial> trials, Action<int, TrialOutcome>? finished = null)
    {
        var outcomes = new TrialOutcome?[trials.Count];
        var telling = new Lock();
        int next = -1;
        TrialException? failure = null;

        void Work()
        {
            while (Volatile.Read(ref failure) is null && !interrupted())
            {
                int i = Interlocked.Increment(ref next);
                if (i >= trials.Count)
                {
                    return;
                }

                try
                {
                    if (RunOne(trials[i]) is { } outcome)
                    {
                        outcomes[i] = outcome;
                        lock (telling)
                        {
                            finished?.Invoke(i, outcome);
                        }
                    }
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref failure, new TrialException(trials[i], e), null);
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Math.Max(0, Math.Min(workers, trials.Count) - 1)).Select(_ => new Thread(Work) { IsBackground = true, Name = "trials" })];
        foreach (Thread thread in threads) thread.Start();
        Work();
        foreach (Thread thread in threads) thread.Join();
        return failure is null ? outcomes : throw failure;
    }

    private TrialOutcome? RunOne(Trial trial)
    {
        var clock = Stopwatch.StartNew();
        var simulation = new Simulation(trial.Variant);
        while (!interrupted())
        {
            if (!simulation.Advance(EventsPerTurn))
            {
                return TrialOutcome.Of(simulation.Finish(clock.Elapsed.TotalSeconds), trial.Metrics);
            }
        }

        return null;
    }
}

/// <summary>A simulation failed, which no input should make it do; says which, so that it can be run again.</summary>
internal sealed class TrialException(Trial trial, Exception cause) : Exception(
    FormattableString.Invariant($"{trial.Variant.Scenario.Metadata.Name}{(trial.Variant.Name is { } name ? $" ({name})" : "")}, seed {trial.Variant.Scenario.Spec.Seed}: {cause.Message}"), cause);

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;

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
    /// <param name="finished">Told each outcome with the trial's index, one at a time, in the order in which they end. What it throws is thrown here, as it is.</param>
    /// <returns>The outcomes in the order of the trials; null where one was given up or not begun.</returns>
    /// <exception cref="TrialException">A simulation failed; trials under way then end first.</exception>
    public IReadOnlyList<TrialOutcome?> Run(IReadOnlyList<Trial> trials, Action<int, TrialOutcome>? finished = null)
    {
        var outcomes = new TrialOutcome?[trials.Count];
        var telling = new Lock();
        int next = -1;
        ExceptionDispatchInfo? failure = null;

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
                    if (Whole(trials[i].Variant, interrupted) is { } run)
                    {
                        TrialOutcome outcome = outcomes[i] = Simulated(trials[i].Variant, () => TrialOutcome.Of(run, trials[i].Metrics));
                        lock (telling)
                        {
                            // After a failure nobody listens any more.
                            if (Volatile.Read(ref failure) is null) finished?.Invoke(i, outcome);
                        }
                    }
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Math.Max(0, Math.Min(workers, trials.Count) - 1)).Select(_ => new Thread(Work) { IsBackground = true, Name = "trials" })];
        foreach (Thread thread in threads) thread.Start();
        Work();
        foreach (Thread thread in threads) thread.Join();
        failure?.Throw();
        return outcomes;
    }

    /// <summary>One run with all that it measures; null when it was interrupted.</summary>
    /// <param name="variant">What to run, with its seed.</param>
    /// <param name="interrupted">Asked every so often.</param>
    /// <param name="going">Told every so often how far it is.</param>
    /// <exception cref="TrialException">The simulation failed.</exception>
    public static RunResult? Whole(ScenarioVariant variant, Func<bool> interrupted, Action<Simulation>? going = null)
    {
        var clock = Stopwatch.StartNew();
        Simulation simulation = Simulated(variant, () => new Simulation(variant));
        while (!interrupted())
        {
            if (!Simulated(variant, () => simulation.Advance(EventsPerTurn))) return Simulated(variant, () => simulation.Finish(clock.Elapsed.TotalSeconds));
            going?.Invoke(simulation);
        }

        return null;
    }

    private static T Simulated<T>(ScenarioVariant variant, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e)
        {
            throw new TrialException(variant, e);
        }
    }
}

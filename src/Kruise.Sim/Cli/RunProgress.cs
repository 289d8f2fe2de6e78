using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Kruise.Sim.Cli;

/// <summary>How far a run has come.</summary>
internal readonly record struct RunProgressState(double VirtualSeconds, int Done, int Desired, string Unit, long Events);

/// <summary>Tells whoever waits how far a run has come: a bar on a terminal, a line now and then otherwise. Writes to standard error only.</summary>
internal sealed class RunProgress(IAnsiConsole console, bool interactive)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    /// <summary>Runs <paramref name="work"/>, which calls back with its state every so often.</summary>
    public void Run(string title, Action<Action<RunProgressState>> work)
    {
        var clock = Stopwatch.StartNew();
        if (interactive)
        {
            console.Progress()
                .AutoClear(true)
                .HideCompleted(false)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .Start(context =>
                {
                    ProgressTask task = context.AddTask(Markup.Escape(title));
                    work(state =>
                    {
                        task.MaxValue = Math.Max(1, state.Desired);
                        task.Value = state.Done;
                        task.Description = Markup.Escape(Describe(title, state, clock.Elapsed));
                        context.Refresh();
                    });
                });
            return;
        }

        TimeSpan next = LineInterval;
        work(state =>
        {
            if (clock.Elapsed >= next)
            {
                next = clock.Elapsed + LineInterval;
                console.Profile.Out.Writer.WriteLine(Describe(title, state, clock.Elapsed));
            }
        });
    }

    private static string Describe(string title, RunProgressState state, TimeSpan elapsed)
    {
        double eventsPerSecond = state.Events / Math.Max(1e-3, elapsed.TotalSeconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{title}: {TimeSpan.FromSeconds(state.VirtualSeconds):hh\\:mm\\:ss} virtual, {state.Done:N0} of {state.Desired:N0} {state.Unit}, {eventsPerSecond:N0} events/s");
    }
}

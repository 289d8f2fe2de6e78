using System.Diagnostics;
using Kruise.Sim.Reports;
using Spectre.Console;

namespace Kruise.Sim.Cli;

/// <summary>Tells whoever waits how many of many runs are done and how long the rest may take. Writes to standard error only.</summary>
internal sealed class TrialProgress(IAnsiConsole console, bool interactive)
{
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Runs <paramref name="work"/>, which calls back when a run has ended.</summary>
    /// <param name="total">Runs in all, at least 1.</param>
    /// <param name="work">Calls back with what has just ended, from one thread at a time.</param>
    public void Run(int total, Action<Action<string>> work)
    {
        var clock = Stopwatch.StartNew();
        int done = 0;
        if (interactive)
        {
            console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()).Start(context =>
            {
                ProgressTask task = context.AddTask(Describe(0, total, clock.Elapsed), maxValue: total);
                work(_ =>
                {
                    task.Value = ++done;
                    task.Description = Markup.Escape(Describe(done, total, clock.Elapsed));
                });
            });
            return;
        }

        TimeSpan next = s_lineInterval;
        work(what =>
        {
            done++;
            if (clock.Elapsed >= next)
            {
                next = clock.Elapsed + s_lineInterval;
                console.Profile.Out.Writer.WriteLine($"{Describe(done, total, clock.Elapsed)} ({what})");
            }
        });
    }

    private static string Describe(int done, int total, TimeSpan elapsed)
    {
        string left = done == 0 || done == total ? "" : $", about {Left(elapsed.TotalSeconds / done * (total - done))} left";
        return FormattableString.Invariant($"{done:#,0} of {total:#,0} runs{left}");
    }

    private static string Left(double seconds) => seconds < 60 ? FormattableString.Invariant($"{Math.Ceiling(seconds):0} s") : Human.Duration(Math.Ceiling(seconds));
}

using Kruise.Sim.Reports;

namespace Kruise.Sim.Cli;

/// <summary>Runs that an earlier attempt left in a file.</summary>
internal static class KeptTrials
{
    /// <summary>Beside a report's folder, as the folder itself is whole or not there.</summary>
    public static string PathOf(string folder) => Path.TrimEndingDirectorySeparator(folder) + ".trials.jsonl";

    /// <summary>Sees to it that they are used, or refused, only as the user means it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resumes">Whether <c>--resume</c> is there.</param>
    /// <param name="what">What the runs are of: a sweep, a search.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="difference">In what they are of another one; null where they are not.</param>
    /// <exception cref="ReportException">They are not to be used.</exception>
    public static void Check(string path, bool resumes, string what, int count, string? difference)
    {
        // A file without runs has nothing to lose.
        if (count == 0 || (resumes && difference is null)) return;
        throw new ReportException(
            resumes ? $"--resume: '{path}' keeps runs of another {what}: {difference}"
            : difference is null ? FormattableString.Invariant($"'{path}' keeps {count} runs of this {what}, which was stopped: go on with --resume, or delete the file")
            : $"'{path}' keeps runs of another {what} ({difference}): delete the file, or name another --out");
    }

    /// <summary>Says that there is nothing to go on with.</summary>
    public static void TellNone(string path, bool resumes, TextWriter errors)
    {
        if (resumes) errors.WriteLine($"--resume: there is no {path}, so every run is made");
    }
}

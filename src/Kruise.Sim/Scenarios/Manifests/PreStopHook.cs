using System.Globalization;
using k8s.Models;

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>How long a preStop hook takes, where its manifest says it.</summary>
internal static class PreStopHook
{
    /// <summary>Seconds that a hook sleeps, by itself, by the command sleep or by a shell that does nothing else; null for other hooks.</summary>
    public static double? SleepSeconds(V1LifecycleHandler hook)
    {
        if (hook.Sleep is { } sleep)
        {
            return sleep.Seconds;
        }

        IList<string> command = hook.Exec?.Command ?? [];
        if (command is [_, "-c", { } script])
        {
            command = script.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }

        return command is [{ } program, { } seconds] && program is "sleep" or "/bin/sleep" && double.TryParse(seconds.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double length)
            ? length
            : null;
    }
}

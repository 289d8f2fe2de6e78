using System.Globalization;

namespace Kruise.Live.Planning;

/// <summary>A plan in a line.</summary>
internal static class PlanSummary
{
    public static string Of(IReadOnlyList<KeyPlan> plans)
    {
        KeyPlan[] writing = [.. plans.Where(plan => plan.Writes.Count > 0)];
        int writes = writing.Sum(plan => plan.Writes.Count);
        int controllers = writing.Select(plan => plan.Controller).Distinct(StringComparer.Ordinal).Count();
        int objects = writing.SelectMany(plan => plan.Writes).Select(write => (write.Kind, write.Key)).Distinct().Count();
        string what = writes == 0
            ? "nothing to write"
            : $"{Count(writes, "write")} by {Count(controllers, "controller")} on {Count(objects, "object")}";

        KeyPlan[] waiting = [.. plans.Where(plan => plan.Writes.Count == 0)];
        return waiting.Length == 0
            ? what
            : $"{what}; {Count(waiting.Length, "key")} to look at again later, the first {In(waiting.Min(plan => plan.RequeueAfter)!.Value)}";
    }

    /// <summary>When, for people: to a tenth of a second below a minute.</summary>
    public static string In(TimeSpan delay) => delay.TotalSeconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalSeconds:0.0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalHours:0} h"),
    };

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}

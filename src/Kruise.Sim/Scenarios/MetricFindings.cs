using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Scenarios;

/// <summary>What is wrong with the name of a metric, wherever one is named.</summary>
internal static class MetricFindings
{
    private const int MostNames = 12;

    /// <summary>What is wrong with a name; null when a scenario with these objects has such a metric.</summary>
    public static Finding? Of(string name, MetricScope scope)
    {
        if (MetricCatalog.Find(name) is not { } found)
        {
            return new Finding($"unknown metric {Quote.Text(name)}", Allowed(name), Nearest.Of(name, MetricCatalog.Names(scope)) ?? (MetricWords.Near(name, 1) is [var near] ? near : null));
        }

        if (found.Placeholder is not { } placeholder)
        {
            return null;
        }

        string what = placeholder switch
        {
            MetricCatalog.JobPlaceholder => "job",
            MetricCatalog.RegistryPlaceholder => "registry",
            PodLabels.Placeholder => "label of a template, or that labelPods gives,",
            SidecarMetrics.Placeholder => "SidecarSet",
            _ => "CloneSet",
        };
        var known = scope.Placeholders.First(p => p.Placeholder == placeholder).Names.ToList();
        return known.Contains(found.Value!, StringComparer.Ordinal) ? null : Unknown(what, found.Value!, known);
    }

    /// <summary>There is nothing of a name; what there is.</summary>
    public static Finding Unknown(string what, string name, IReadOnlyList<string> known) => new(
        $"there is no {what} {Quote.Text(name)}", known.Count == 0 ? $"nothing: the scenario has no {what}" : List(known), Nearest.Of(name, known));

    /// <summary>Names with commas between, and how many more there are.</summary>
    public static string List(IReadOnlyList<string> names) => string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");

    // The metrics of the family that the name begins with; else the families.
    private static string Allowed(string name)
    {
        var family = MetricCatalog.All.Where(m => MetricWords.FamilyOf(m.Pattern) == MetricWords.FamilyOf(name)).Select(m => m.Pattern).ToList();
        return family.Count > 0
            ? string.Join(", ", family)
            : string.Join(", ", MetricCatalog.All.Select(m => MetricWords.FamilyOf(m.Pattern) is var f && f == m.Pattern ? f : f + ".*").Distinct(StringComparer.Ordinal)) + " (kruise-sim explain lists them)";
    }
}

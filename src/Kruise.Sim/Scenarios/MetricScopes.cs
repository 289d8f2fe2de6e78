using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Measures;

namespace Kruise.Sim.Scenarios;

/// <summary>What the placeholders of metrics may stand for in a scenario: the objects that it names.</summary>
internal static class MetricScopes
{
    /// <summary>What any of several scenarios names.</summary>
    public static MetricScope Of(IReadOnlyList<ScenarioSpec> specs)
    {
        MetricScope[] scopes = [.. specs.Select(Of)];
        IReadOnlyCollection<string> All(Func<MetricScope, IReadOnlyCollection<string>> names) => [.. scopes.SelectMany(names).Distinct(StringComparer.Ordinal)];
        return new MetricScope
        {
            Jobs = All(scope => scope.Jobs),
            Registries = All(scope => scope.Registries),
            Workloads = All(scope => scope.Workloads),
            SidecarSets = All(scope => scope.SidecarSets),
            Labels = All(scope => scope.Labels),
        };
    }

    public static MetricScope Of(ScenarioSpec spec)
    {
        var applied = spec.Timeline.SelectMany(entry => entry.Apply?.Objects ?? []).ToList();
        return new MetricScope
        {
            Jobs = Names(applied.OfType<ImagePullJob>().Select(job => job.Metadata)),
            Registries = [.. spec.Registries.Select(registry => registry.Name).OfType<string>()],
            Workloads = Names(applied.OfType<CloneSet>().Select(set => set.Metadata)),
            SidecarSets = [.. applied.OfType<SidecarSet>().Select(set => set.Metadata.Name).OfType<string>().Distinct(StringComparer.Ordinal)],
            Labels =
            [
                .. spec.Timeline.SelectMany(entry => entry.LabelPods?.Labels ?? ScenarioDefaults.NoLabels)
                    .Concat(applied.OfType<CloneSet>().SelectMany(set => set.Spec.Template?.Metadata?.Labels?.AsEnumerable() ?? []))
                    .Select(label => label.Key + "=" + label.Value).Distinct(StringComparer.Ordinal),
            ],
        };
    }

    // With the namespace where two share a name.
    private static List<string> Names(IEnumerable<V1ObjectMeta> objects)
    {
        var names = objects.Select(meta => (meta.NamespaceProperty, meta.Name)).Where(meta => meta.Name is not null).Distinct().ToList();
        return [.. names.Select(meta => names.Count(other => other.Name == meta.Name) > 1 ? meta.NamespaceProperty + "/" + meta.Name : meta.Name)];
    }
}

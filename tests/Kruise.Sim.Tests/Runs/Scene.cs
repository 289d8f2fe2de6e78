using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

/// <summary>Scenarios written out in a test, loaded as the command loads files, and run.</summary>
internal static class Scene
{
    /// <summary>A control plane whose own work takes no time, so that what is left can be calculated by hand.</summary>
    public const string InstantControlPlane =
        """
          controlPlane:
            apiLatency: 0s
            watchDelay: 0s
            reconcileTime: 0s
            client: {qps: 1000000, burst: 1000000, parallelWrites: 100000}
            daemon: {statusQps: 1000, statusBurst: 1000}
        """;

    /// <summary>A runtime that takes time for bytes only.</summary>
    public const string PlainRuntime =
        "callLatency: 0s, fixedCost: 0s, connectRoundTrips: 0, perLayerCost: 0s, payloadShare: 1, unpack: 1000GBps";

    public const string FastDisk = "{write: 1000GBps}";

    /// <summary>A scenario with this text below <c>spec:</c>.</summary>
    public static ScenarioVariant Load(string spec, params string[] sets) => Load(spec, null, sets);

    public static ScenarioVariant Load(string spec, ulong? seed, params string[] sets)
    {
        using var folder = new TemporaryFolder();
        LoadResult loaded = ScenarioFiles.Load(Write(folder, "scene", spec), sets, seed);
        Assert.True(loaded.Succeeded, string.Join("\n", loaded.Problems) + "\n" + spec);
        return loaded.Variants[0];
    }

    public static string Write(TemporaryFolder folder, string name, string spec)
    {
        string path = folder[name + ".yaml"];
        File.WriteAllText(path, $"apiVersion: sim.kruise.io/v1alpha1\nkind: Scenario\nmetadata: {{name: {name}}}\nspec:\n{spec}\n");
        return path;
    }

    public static RunResult Run(string spec, params string[] sets) => Run(Load(spec, sets));

    public static RunResult Run(ScenarioVariant variant) => Run(new Simulation(variant));

    public static RunResult Run(Simulation simulation)
    {
        while (simulation.Advance(10_000))
        {
        }

        return simulation.Finish(0);
    }

    /// <summary>A job as an entry of the timeline; it completes unless its spec says otherwise.</summary>
    public static string Job(string at, string name, string spec) =>
        $"  - {{at: {at}, apply: {{apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {{name: {name}}}, spec: {{{spec}{(spec.Contains("completionPolicy", StringComparison.Ordinal) ? "" : ", completionPolicy: {}")}}}}}}}\n";

    /// <summary>Everything a run writes, wall time left out.</summary>
    public static byte[] Files(RunResult run)
    {
        using var stream = new MemoryStream();
        stream.Write(SummaryJson.Of(run with { WallSeconds = 0 }));
        NodesCsv.Write(stream, run.Nodes);
        SeriesCsv.Write(stream, run.Series, run.Registries);
        return stream.ToArray();
    }
}

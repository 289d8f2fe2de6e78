using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Runs;

namespace Kruise.Sim.Tests.Sweeps;

/// <summary>A small scenario with a manifest of its own, and the command in this process.</summary>
internal static class SweepScene
{
    /// <summary>Forty nodes against a registry that two of them can fill.</summary>
    public const string Spec =
        """
          question: Which parallelism?
          seed: 3
          cluster: {nodePools: [{name: web, count: 40, network: {bandwidth: 1Gbps}, runtime: {callLatency: {p50: 5ms, p99: 50ms}}}]}
          registries:
          - name: docker.io
            egress: 2Gbps
            images: [{name: "app:1", layers: [40MB, 3MB]}]
          timeline:
          - {at: 0s, apply: job.yaml}
        """;

    public const string Manifest =
        """
        apiVersion: apps.kruise.io/v1alpha1
        kind: ImagePullJob
        metadata: {name: warm}
        spec:
          image: app:1
          # Nodes at a time.
          parallelism: 4
          completionPolicy: {}
        """;

    public const string Parallelism = "timeline[0].apply.spec.parallelism";

    /// <summary>Writes both files.</summary>
    public static string Write(TemporaryFolder folder, string spec = Spec)
    {
        File.WriteAllText(folder["job.yaml"], Manifest);
        return Scene.Write(folder, "warm", spec);
    }

    public static (int Code, string Output, string Errors) Run(params string[] arguments) => InProcess.Run(arguments);

    /// <summary>What a folder holds, by name.</summary>
    public static SortedDictionary<string, string> Contents(string folder)
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(folder)) contents[Path.GetFileName(file)] = Convert.ToHexString(File.ReadAllBytes(file));
        return contents;
    }
}

using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Measures;
using Kruise.Sim.Tests.Runs;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>A small cluster with one CloneSet and, from before it, one SidecarSet with a log agent.</summary>
internal static class SidecarScene
{
    public const string Agent1 = "registry.example.com/agent:1";
    public const string Agent2 = "registry.example.com/agent:2";

    /// <summary>The manifest of the set.</summary>
    public static string Set(string image = Agent1, string strategy = "", string more = "") =>
        $"{{apiVersion: apps.kruise.io/v1alpha1, kind: SidecarSet, metadata: {{name: log}}, spec: {{selector: {{matchLabels: {{app: web}}}}, "
        + $"containers: [{{name: agent, image: \"{image}\"}}], updateStrategy: {{{strategy}}}{more}}}}}";

    /// <summary>The set at 0 s and ten pods at 10 s, with what is given below <c>spec:</c> and at the end of the timeline.</summary>
    public static string Spec(string set = "", string timeline = "", string spec = "", int replicas = 10, string duration = "10m", string cluster = "", string @namespace = "default") =>
        $$$"""
          seed: 3
          duration: {{{duration}}}
        {{{spec}}}
          cluster:
        {{{cluster}}}
            nodePools:
            - {name: web, count: 5, network: {bandwidth: 1Gbps}}
          registries:
          - name: registry.example.com
            egress: 1Gbps
            images:
            - {name: "app:1", layers: [40MB]}
            - {name: "app:2", layers: [60MB]}
            - {name: "agent:1", layers: [10MB]}
            - {name: "agent:2", layers: [12MB]}
          timeline:
          - {at: 0s, apply: {{{(set.Length == 0 ? Set() : set)}}}}
          - at: 10s
            apply:
              apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: web, namespace: {{{@namespace}}}}
              spec:
                replicas: {{{replicas}}}
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec:
                    terminationGracePeriodSeconds: 5
                    containers:
                    - {name: app, image: "registry.example.com/app:1"}
        {{{timeline}}}
        """;

    /// <summary>A scenario, run to its end, with the simulation to look into.</summary>
    public static (RunResult Result, Simulation Simulation) Run(string spec)
    {
        var simulation = new Simulation(Scene.Load(spec));
        return (Scene.Run(simulation), simulation);
    }

    public static IReadOnlyList<V1Pod> Pods(Simulation simulation) =>
        [.. simulation.Server.StoreOf(typeof(V1Pod)).List(@namespace: null).Cast<V1Pod>()];

    public static SidecarSet SetOf(Simulation simulation, string name = "log") => simulation.Server.Peek<SidecarSet>(ObjectKey.Cluster(name))!;

    public static V1ContainerStatus StatusOf(V1Pod pod, string container) => pod.Status.ContainerStatuses.Single(status => status.Name == container);

    public static string ImageOf(V1Pod pod, string container) => pod.Spec.Containers.Single(c => c.Name == container).Image;
}

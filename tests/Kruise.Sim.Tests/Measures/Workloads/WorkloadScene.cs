using Kruise.Core.Reconciling;
using Kruise.Sim.Measures;
using Kruise.Sim.Tests.Runs;

namespace Kruise.Sim.Tests.Measures.Workloads;

/// <summary>A small cluster with one CloneSet that gets another image at 60 s.</summary>
internal static class WorkloadScene
{
    public static RunResult Run(string strategy, int replicas = 10, string more = "", string end = "", string duration = "10m", Func<IReconciler, IReconciler>? wrap = null) =>
        Scene.Run(new Simulation(Scene.Load(Spec(strategy, replicas, more, end, duration)), wrap));

    public static string Spec(string strategy, int replicas = 10, string more = "", string end = "", string duration = "10m") =>
        $$$"""
          seed: 3
          duration: {{{duration}}}
          cluster:
            nodePools:
            - {name: web, count: 5, network: {bandwidth: 1Gbps}, images: ["registry.example.com/app:1"]}
          registries:
          - name: registry.example.com
            egress: 1Gbps
            images:
            - {name: "app:1", layers: [40MB]}
            - {name: "app:2", layers: [60MB]}
            - {name: "app:3", layers: [50MB]}
          timeline:
          - at: 0s
            apply:
              apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: web}
              spec:
                replicas: {{{replicas}}}
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec:
                    terminationGracePeriodSeconds: 5
                    containers:
                    - {name: app, image: "registry.example.com/app:1"}
                updateStrategy: {{{Braced(strategy)}}}
        {{{more}}}
          - {at: 60s, setImage: {cloneSet: web, container: app, image: "registry.example.com/app:2"}}
        {{{end}}}
        """;

    private static string Braced(string fields) => "{" + fields + "}";
}

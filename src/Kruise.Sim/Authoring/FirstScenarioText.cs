using System.Globalization;
using System.Text;
using Kruise.Core.ImagePull;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Authoring;

/// <summary>Writes a first scenario with comments that say what to change.</summary>
internal static class FirstScenarioText
{
    // What two versions of an image have in common.
    private const decimal BaseShare = 0.7m;

    private const string Workload = "app";
    private const string Agent = "agent";

    /// <summary>The file's text.</summary>
    public static string Of(FirstScenario scenario)
    {
        StringBuilder text = new();
        Cluster(text, scenario);
        Registry(text, scenario);
        Action<StringBuilder, FirstScenario> rest = scenario.Kind switch
        {
            FirstScenarioKind.WarmUp => WarmUp,
            FirstScenarioKind.Rollout => Rollout,
            _ => Sidecar,
        };
        rest(text, scenario);
        return text.ToString();
    }

    private static void Cluster(StringBuilder text, FirstScenario scenario)
    {
        text.Append(CultureInfo.InvariantCulture, $$"""
            # yaml-language-server: $schema={{scenario.Schema}}
            # Written by kruise-sim new. Every value is a first guess: put in your own. 'kruise-sim explain spec.cluster' says what else there is.
            apiVersion: {{Scenario.ApiVersionText}}
            kind: {{Scenario.KindText}}
            metadata: {name: "{{scenario.Name}}"}
            spec:
              # It heads the report.
              question: "{{Question(scenario)}}"
              # Same seed, same run, to the byte.
              seed: 42
              cluster:
                nodePools:
                - name: workers
                  count: {{scenario.Nodes}}
                  # What a node can receive. Disk, container runtime and kubelet have defaults: kruise-sim explain spec.cluster.nodePools
                  network: {bandwidth: {{scenario.Bandwidth}}}

            """);
        if (scenario.Kind != FirstScenarioKind.WarmUp)
        {
            string[] there = scenario.Kind == FirstScenarioKind.Rollout ? [Old(scenario)] : [App(scenario), Old(scenario)];
            text.Append(CultureInfo.InvariantCulture, $$"""
                      capacity: {cpu: "16", memory: 64Gi, pods: {{FirstScenario.PodsOfANode}}}
                      # On the nodes before the run begins; the new image is not.
                      images: [{{string.Join(", ", there.Select(image => $"\"{image}\""))}}]

                """);
        }
    }

    private static string Question(FirstScenario scenario) => scenario.Kind switch
    {
        FirstScenarioKind.WarmUp => string.Create(CultureInfo.InvariantCulture, $"How long does it take to bring {Image(scenario)} to {scenario.Nodes} nodes, {scenario.Parallelism} at a time?"),
        FirstScenarioKind.Rollout => string.Create(CultureInfo.InvariantCulture, $"How long does it take to update {scenario.Pods} pods to {Image(scenario)}, with {scenario.MaxUnavailable} unavailable at a time?"),
        _ => string.Create(CultureInfo.InvariantCulture, $"How long does it take to bring the sidecar of {scenario.Pods} pods to {Image(scenario)}, with {scenario.MaxUnavailable} unavailable at a time?"),
    };

    private static void Registry(StringBuilder text, FirstScenario scenario)
    {
        text.Append(CultureInfo.InvariantCulture, $$"""
              registries:
              - name: "{{scenario.Image.Domain}}"
                # What the registry can send to all nodes together.
                egress: {{scenario.Egress}}
                roundTrip: 2ms
                # Compressed sizes of layers; those with the same id are fetched once. 'kruise-sim import IMAGE' reads them from a registry.
                images:

            """);
        if (scenario.Kind == FirstScenarioKind.Sidecar)
        {
            RegistryImage(text, App(scenario), "[200MB]");
        }

        if (scenario.Kind != FirstScenarioKind.WarmUp)
        {
            RegistryImage(text, Old(scenario), Layers(scenario.ImageSize));
        }

        RegistryImage(text, Image(scenario), Layers(scenario.ImageSize));
    }

    private static void RegistryImage(StringBuilder text, string name, string layers) => text.Append(CultureInfo.InvariantCulture, $$"""
            - name: "{{name}}"
              layers: {{layers}}

        """);

    private static void WarmUp(StringBuilder text, FirstScenario scenario) => text.Append(CultureInfo.InvariantCulture, $$"""
          timeline:
          - at: 0s
            # As on a cluster. The path of a manifest of yours, relative to this file, may stand here instead.
            apply:
              apiVersion: apps.kruise.io/v1alpha1
              kind: ImagePullJob
              metadata: {name: warm}
              spec:
                image: "{{Image(scenario)}}"
                # Nodes at a time: a number, or a share such as 10%.
                parallelism: {{scenario.Parallelism}}
                completionPolicy: {type: Always}
          # What must hold: otherwise the exit code is 1. 'kruise-sim explain' lists what is measured.
          expect:
          - {metric: nodes.succeeded, min: {{scenario.Nodes}}}
          # - {metric: jobs.warm.seconds, max: 600}
          # The same again with values replaced, one run each:
          # variants:
          # - {name: as-it-is}
          # - name: a-quarter-at-a-time
          #   set: {"spec.timeline[0].apply.spec.parallelism": 25%}

        """);

    private static void Rollout(StringBuilder text, FirstScenario scenario)
    {
        Programs(text, Workload);
        CloneSet(text, scenario, "0s", Old(scenario));
        text.Append(CultureInfo.InvariantCulture, $$"""
                updateStrategy:
                  type: InPlaceIfPossible
                  # Pods that may be away at a time: a number, or a share such as 10%.
                  maxUnavailable: {{scenario.MaxUnavailable}}
          # All pods run by then. To see what warming the image first saves, apply an ImagePullJob here and set the image some minutes later.
          - at: 2m
            setImage: {cloneSet: {{Workload}}, container: {{Workload}}, image: "{{Image(scenario)}}"}
          # What must hold: otherwise the exit code is 1. 'kruise-sim explain' lists what is measured.
          expect:
          - {metric: workloads.{{Workload}}.updatedReady, min: {{scenario.Pods}}}
          # - {metric: workloads.{{Workload}}.rollout.seconds.p100, max: 600}
          # - {metric: workloads.{{Workload}}.longestUnavailability.seconds, max: 60}
          # The same again with values replaced, one run each:
          # variants:
          # - {name: as-it-is}
          # - name: half-at-a-time
          #   set: {"spec.timeline[0].apply.spec.updateStrategy.maxUnavailable": 50%}

        """);
    }

    private static void Sidecar(StringBuilder text, FirstScenario scenario)
    {
        Programs(text, Workload, Agent);
        text.Append(CultureInfo.InvariantCulture, $$"""
            timeline:
            - at: 0s
              # As on a cluster. The path of a manifest of yours, relative to this file, may stand here instead.
              apply:
                apiVersion: apps.kruise.io/v1alpha1
                kind: SidecarSet
                metadata: {name: {{Agent}}}
                spec:
                  selector:
                    matchLabels: {app: {{Workload}}}
                  containers:
                  - {name: {{Agent}}, image: "{{Old(scenario)}}"}
                  updateStrategy:
                    type: RollingUpdate
                    # Pods that may be away at a time: a number, or a share such as 10%.
                    maxUnavailable: {{scenario.MaxUnavailable}}

          """);
        CloneSet(text, scenario, "5s", App(scenario));
        text.Append(CultureInfo.InvariantCulture, $$"""
          # All pods run by then.
          - at: 2m
            setImage: {sidecarSet: {{Agent}}, container: {{Agent}}, image: "{{Image(scenario)}}"}
          # What must hold: otherwise the exit code is 1. 'kruise-sim explain' lists what is measured.
          expect:
          - {metric: sidecarSets.{{Agent}}.upgradedReady, min: {{scenario.Pods}}}
          # The pods' own containers are not touched.
          - {metric: sidecarSets.{{Agent}}.businessRestarts, max: 0}
          # - {metric: sidecarSets.{{Agent}}.rollout.seconds.p100, max: 600}

        """);
    }

    private static void Programs(StringBuilder text, params string[] containers)
    {
        text.Append("  # What programs do: how long a container takes from its start until it is ready, and to stop.\n  containers:\n");
        foreach (string container in containers)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{container: {container}, ready: {{p50: 3s, p99: 8s}}, stop: {{p50: 500ms, p99: 3s}}}}\n");
        }
    }

    private static void CloneSet(StringBuilder text, FirstScenario scenario, string at, string image)
    {
        if (scenario.Kind == FirstScenarioKind.Rollout)
        {
            text.Append("  timeline:\n");
        }

        text.Append(CultureInfo.InvariantCulture, $$"""
              - at: {{at}}
                # As on a cluster. The path of a manifest of yours, relative to this file, may stand here instead.
                apply:
                  apiVersion: apps.kruise.io/v1alpha1
                  kind: CloneSet
                  metadata: {name: {{Workload}}}
                  spec:
                    replicas: {{scenario.Pods}}
                    selector:
                      matchLabels: {app: {{Workload}}}
                    template:
                      metadata:
                        labels: {app: {{Workload}}}
                      spec:
                        containers:
                        - {name: {{Workload}}, image: "{{image}}"}

            """);
    }

    private static string Layers(DataSize size)
    {
        var lower = new DataSize((long)(size.Bytes * BaseShare));
        return $"[{{size: {lower}, id: base}}, {new DataSize(size.Bytes - lower.Bytes)}]";
    }

    private static string Image(FirstScenario scenario) => scenario.Image.FamiliarReference;

    private static string Old(FirstScenario scenario) => scenario.Image.FamiliarName + (scenario.Image.TagOrDigest == "previous" ? ":before" : ":previous");

    // The pods' own image, which is never the sidecar's.
    private static string App(FirstScenario scenario) =>
        new ImageReference(scenario.Image.Domain, scenario.Image.Path == "my/app" ? "my/business" : "my/app", "1.0.0").FamiliarReference;
}

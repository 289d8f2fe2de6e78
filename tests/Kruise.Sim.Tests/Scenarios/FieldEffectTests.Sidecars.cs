using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

// The fields that are about sidecars and what puts them into pods.
public sealed partial class FieldEffectTests
{
    private const string Sidecars = """
        apiVersion: sim.kruise.io/v1alpha1
        kind: Scenario
        metadata: {name: sidecars}
        spec:
          duration: 12m
          cluster:
            nodePools:
            - {name: web, count: 4}
          registries:
          - name: docker.io
            egress: 400Mbps
            images:
            - {name: "app:1", layers: [20MB, 5MB]}
            - {name: "log:1", layers: [5MB]}
            - {name: "log:2", layers: [6MB]}
            - {name: "mesh:1", layers: [15MB]}
            - {name: "mesh:2", layers: [16MB]}
          timeline:
          - at: 0s
            apply:
            - apiVersion: apps.kruise.io/v1alpha1
              kind: SidecarSet
              metadata: {name: log}
              spec:
                selector: {matchLabels: {app: web}}
                containers: [{name: log, image: "log:1"}]
            - apiVersion: apps.kruise.io/v1alpha1
              kind: SidecarSet
              metadata: {name: mesh}
              spec:
                selector: {matchLabels: {app: web}}
                containers: [{name: mesh, image: "mesh:1"}]
          - at: 5s
            apply:
            - apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: web}
              spec:
                replicas: 8
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec: {containers: [{name: app, image: "app:1"}]}
          - {at: 60s, ENTRY}

        """;

    private const string Upgrades = """
        apply: [
        {apiVersion: apps.kruise.io/v1alpha1, kind: SidecarSet, metadata: {name: log}, spec: {selector: {matchLabels: {app: web}}, containers: [{name: log, image: "log:2"}]}},
        {apiVersion: apps.kruise.io/v1alpha1, kind: SidecarSet, metadata: {name: mesh}, spec: {selector: {matchLabels: {app: web}}, containers: [{name: mesh, image: "mesh:2"}]}}]
        """;

    private const string Grow = "scale: {cloneSet: web, replicas: 12}";
    private const string Named = "cluster.namespaces=[{name: default, labels: {control-plane: manager}}]";
    private const string Hanging = "fault: {kind: webhookDown, mode: hang, for: 1m}";
    private const string Sluggish = "fault: {kind: webhookSlow, factor: 2, added: 1s, for: 1m}";

    // When the pods are about to be made.
    private const string Then = "timeline[2].at=5s";

    /// <summary>A change to one field, what must be so for it to matter, and what happens a minute after the start.</summary>
    public static TheoryData<string, string[], string> SidecarChanges { get; } = new()
    {
        { "controlPlane.workers.sidecarSet=1", [], Upgrades },
        { "controlPlane.webhook.latency=500ms", [], Grow },
        { "controlPlane.webhook.timeout=5s", [Then], Hanging },
        { "controlPlane.webhook.failurePolicy=Fail", [Then], Hanging },
        { "controlPlane.featureGates.PodWebhook=false", [], Grow },
        { "controlPlane.preset=openkruise-0.8", [], Grow },
        { "cluster.namespaces[0].name=other", [Named], Grow },
        { "cluster.namespaces[0].labels={owner: team}", [Named], Grow },
        { "timeline[2].fault.mode=refuse", [Then], Hanging },
        { "timeline[2].fault.for=2m", [Then], Hanging },
        { "timeline[2].fault.factor=9", [Then], Sluggish },
        { "timeline[2].fault.added=2s", [Then], Sluggish },
        { "timeline[2].setImage.image=\"log:1\"", [], "setImage: {sidecarSet: log, container: log, image: \"log:2\"}" },
        { "timeline[2].patch.spec={updateStrategy: {paused: true}}", ["timeline[0].at=1s"], "patch: {sidecarSet: log, spec: {containers: [{name: log, image: \"log:2\"}]}}" },
    };

    [Theory]
    [MemberData(nameof(SidecarChanges))]
    public void Another_value_makes_another_run_of_sidecars(string change, string[] context, string entry)
    {
        string text = Sidecars.Replace("ENTRY", entry.ReplaceLineEndings("\n    "), StringComparison.Ordinal);
        Assert.NotEqual(Hash(text, context), Hash(text, [.. context, change]));
    }
}

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

    /// <summary>A change to one field, what must be so for it to matter, and what happens a minute after the start.</summary>
    public static TheoryData<string, string[], string> SidecarChanges { get; } = new()
    {
        { "controlPlane.workers.sidecarSet=1", [], Upgrades },
    };

    [Theory]
    [MemberData(nameof(SidecarChanges))]
    public void Another_value_makes_another_run_of_sidecars(string change, string[] context, string entry)
    {
        string text = Sidecars.Replace("ENTRY", entry.ReplaceLineEndings("\n    "), StringComparison.Ordinal);
        Assert.NotEqual(Hash(text, context), Hash(text, [.. context, change]));
    }
}

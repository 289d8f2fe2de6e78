using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>A set with ten sidecars that say about as much as real ones do, and pods that it selects.</summary>
internal static class TenSidecars
{
    public const int Count = 10;
    public const string DryRunPath = "api/v1/namespaces/default/pods?dryRun=All";

    public static SidecarSet Set() => new()
    {
        Metadata = new V1ObjectMeta { Name = "ten" },
        Spec = new SidecarSetSpec
        {
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "ten" } },
            Containers = [.. Enumerable.Range(0, Count).Select(Container)],
            Volumes = [new V1Volume { Name = "spool", EmptyDir = new V1EmptyDirVolumeSource() }],
        },
    };

    /// <summary>A pod as its owner sends it. There is no token to be had where no controller makes one.</summary>
    public static JsonObject Pod(int number) => JsonNode.Parse(
        $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"load-{{{number}}}","namespace":"default","labels":{"app":"ten","pod":"load-{{{number}}}"} },
         "spec":{"automountServiceAccountToken":false,"volumes":[{"name":"data","emptyDir":{}}],"containers":[
          {"name":"web","image":"registry.example/team/web:1","env":[{"name":"TEAM","value":"shop"},{"name":"LEVEL","value":"info"}],"ports":[{"containerPort":8080}],
           "volumeMounts":[{"name":"data","mountPath":"/data"}],"resources":{"requests":{"cpu":"250m","memory":"256Mi"}},
           "readinessProbe":{"httpGet":{"port":8080,"path":"/ready"} } },
          {"name":"cache","image":"registry.example/team/cache:1","volumeMounts":[{"name":"data","mountPath":"/cache"}]}]}}
        """)!.AsObject();

    /// <summary>How many containers of a pod were put in.</summary>
    public static int CountIn(JsonObject pod) => pod["spec"]!["containers"]!.AsArray().Count(
        container => container!["env"] is JsonArray env && env.Any(variable => variable!["name"]!.GetValue<string>() == SidecarSetKeys.IsInjected));

    private static SidecarContainer Container(int number) => new()
    {
        Name = $"sidecar-{number}",
        Image = $"registry.example/sidecars/agent-{number}:1.2.3",
        PodInjectPolicy = number % 2 == 0 ? SidecarContainer.BeforeAppContainer : SidecarContainer.AfterAppContainer,
        Args = ["--listen", $":{9000 + number}", "--spool", "/spool"],
        Env = [new V1EnvVar { Name = "NODE", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "spec.nodeName" } } }],
        Ports = [new V1ContainerPort { ContainerPort = 9000 + number }],
        VolumeMounts = [new V1VolumeMount { Name = "spool", MountPath = "/spool" }],
        Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("10m"), ["memory"] = new("32Mi") } },
        ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = 9000 + number, Path = "/ready" } },
        ShareVolumePolicy = new ShareVolumePolicy { Type = number < 5 ? ShareVolumePolicy.Enabled : ShareVolumePolicy.Disabled },
        TransferEnv = [new TransferEnvVar { SourceContainerName = "web", EnvName = "TEAM" }],
    };
}

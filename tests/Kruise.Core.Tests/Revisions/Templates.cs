using k8s.Models;

namespace Kruise.Core.Tests.Revisions;

/// <summary>Pod templates for tests.</summary>
internal static class Templates
{
    public static V1PodTemplateSpec Of(string image = "nginx:1", params (string Key, string Value)[] labels) => new()
    {
        Metadata = new V1ObjectMeta { Labels = labels.Length == 0 ? new Dictionary<string, string> { ["app"] = "web" } : labels.ToDictionary(l => l.Key, l => l.Value) },
        Spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "c1",
                    Image = image,
                    Resources = new V1ResourceRequirements
                    {
                        Requests = new Dictionary<string, ResourceQuantity> { ["memory"] = new ResourceQuantity("1024Mi"), ["cpu"] = new ResourceQuantity("0.5") },
                    },
                    Ports = [new V1ContainerPort { ContainerPort = 80 }],
                    ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = "http", Path = "/ready" } },
                },
            ],
            Volumes = [new V1Volume { Name = "scratch", EmptyDir = new V1EmptyDirVolumeSource() }],
        },
    };

    public static V1PodTemplateSpec WithContainer(this V1PodTemplateSpec template, Func<V1Container, V1Container> change) =>
        template with { Spec = template.Spec with { Containers = [change(template.Spec.Containers[0]), .. template.Spec.Containers.Skip(1)] } };

    public static V1PodTemplateSpec WithMetadata(this V1PodTemplateSpec template, Func<V1ObjectMeta, V1ObjectMeta> change) =>
        template with { Metadata = change(template.Metadata) };
}

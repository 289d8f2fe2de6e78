using System.Text;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Tests.Planning;

/// <summary>Objects of a small cluster.</summary>
internal static class Objects
{
    /// <summary>What must never be shown.</summary>
    public const string Password = "correct-horse-battery";

    public static V1Node Node(string name) => new()
    {
        ApiVersion = "v1",
        Kind = V1Node.KubeKind,
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["pool"] = "a" } },
    };

    public static NodeImage NodeImage(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["pool"] = "a" } },
    };

    public static ImagePullJob Job(string @namespace, string name, int parallelism = 1, string image = "nginx:1.9.1", params string[] pullSecrets) => new()
    {
        Metadata = new V1ObjectMeta { NamespaceProperty = @namespace, Name = name },
        Spec = new ImagePullJobSpec { Image = image, Parallelism = parallelism, PullSecrets = pullSecrets.Length == 0 ? null : pullSecrets },
    };

    public static V1Secret PullSecret(string @namespace, string name) => new()
    {
        ApiVersion = "v1",
        Kind = V1Secret.KubeKind,
        Metadata = new V1ObjectMeta { NamespaceProperty = @namespace, Name = name },
        Type = "kubernetes.io/dockerconfigjson",
        Data = new Dictionary<string, byte[]>
        {
            [".dockerconfigjson"] = Encoding.UTF8.GetBytes(
                """{"auths":{"reg.example":{"username":"warm","password":"PASSWORD"}}}""".Replace("PASSWORD", Password)),
        },
    };

    /// <summary>The NodeImage with a claim of the job on its image.</summary>
    public static NodeImage Claimed(this NodeImage nodeImage, ImagePullJob job, DateTime createdAt, long version = 0)
    {
        string[] image = job.Spec.Image.Split(':');
        var owner = new V1ObjectReference
        {
            ApiVersion = job.ApiVersion,
            Kind = job.Kind,
            Name = job.Metadata.Name,
            NamespaceProperty = job.Metadata.NamespaceProperty,
            Uid = job.Metadata.Uid,
        };
        var tag = new ImageTagSpec { Tag = image[1], CreatedAt = createdAt, Version = version, OwnerReferences = [owner] };
        var images = new Dictionary<string, ImageSpec> { [image[0]] = new ImageSpec { Tags = [tag] } };
        return nodeImage with { Spec = new NodeImageSpec { Images = images } };
    }

    /// <summary>The NodeImage with a report on its first tag.</summary>
    public static NodeImage Reporting(this NodeImage nodeImage, string phase, DateTime start, DateTime? completion = null, string? message = null)
    {
        (string name, ImageSpec image) = nodeImage.Spec.Images!.First();
        var status = new ImageTagStatus
        {
            Tag = image.Tags[0].Tag,
            Version = image.Tags[0].Version,
            Phase = phase,
            StartTime = start,
            CompletionTime = completion,
            Message = message,
        };
        var images = new Dictionary<string, ImageStatus> { [name] = new() { Tags = [status] } };
        return nodeImage with { Status = new NodeImageStatus { Desired = 1, ImageStatuses = images } };
    }
}

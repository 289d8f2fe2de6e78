using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>Jobs for tests.</summary>
internal static class Jobs
{
    public static ImagePullJob Of(string name, string image, string? parallelism = null, CompletionPolicy? completion = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new ImagePullJobSpec
        {
            Image = image,
            Parallelism = parallelism is null ? null : (IntOrString)parallelism,
            CompletionPolicy = completion ?? new CompletionPolicy(),
        },
    };

    public static ImagePullJob WithNames(this ImagePullJob job, params string[] names) => job with
    {
        Spec = job.Spec with { Selector = new ImagePullJobNodeSelector { Names = names } },
    };

    public static ImagePullJob WithLabels(this ImagePullJob job, params (string Key, string Value)[] labels) => job with
    {
        Spec = job.Spec with { Selector = new ImagePullJobNodeSelector { MatchLabels = labels.ToDictionary(l => l.Key, l => l.Value) } },
    };

    public static ImagePullJob WithPolicy(this ImagePullJob job, int? timeoutSeconds = null, int? backoffLimit = null) => job with
    {
        Spec = job.Spec with { PullPolicy = new PullPolicy { TimeoutSeconds = timeoutSeconds, BackoffLimit = backoffLimit } },
    };

    public static ImagePullJob WithSecrets(this ImagePullJob job, params string[] secrets) =>
        job with { Spec = job.Spec with { PullSecrets = secrets } };
}

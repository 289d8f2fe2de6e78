using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Patching;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>Answers admission requests: reads the objects, asks the step of Core's pipeline that the path is of, and says what changed.</summary>
/// <param name="gates">The feature gates in force.</param>
/// <param name="time">The clock that steps get their time from.</param>
/// <param name="cluster">The cluster; null where there is none to look into.</param>
internal sealed class Admitter(FeatureGates gates, TimeProvider time, AdmissionCluster? cluster = null)
{
    private const int BadRequest = 400;
    private const string Update = "UPDATE";

    public async Task<AdmissionAnswer> AnswerAsync(AdmissionStep step, AdmissionReview review, CancellationToken cancellationToken)
    {
        bool concerns = review.Operation == "CREATE" || (review.Operation == Update && step.OnUpdate);
        if (!concerns || review.SubResource.Length > 0)
        {
            return AdmissionAnswer.Fine;
        }

        IKubernetesObject<V1ObjectMeta> obj;
        IKubernetesObject<V1ObjectMeta>? old;
        try
        {
            obj = ObjectReader.Read(review.Object, step);
            old = review.Operation == Update ? TryReadOld(review.OldObject, step) : null;
        }
        catch (JsonException e)
        {
            return AdmissionAnswer.Refuse(BadRequest, e.Message);
        }

        IAdmissionView view = cluster is null ? NoCluster.Instance : await cluster.ViewAsync(step, old, obj, cancellationToken);
        var request = new AdmissionRequest(old is null ? AdmissionOperation.Create : AdmissionOperation.Update, obj, gates, time.GetUtcNow().UtcDateTime)
        {
            Old = old,
            Namespace = review.Namespace,
        };
        AdmissionVerdict verdict = step.Run(request, view);
        if (!review.IsDryRun)
        {
            cluster?.Record(verdict);
        }

        // What a validating step makes of an object is not stored.
        return !verdict.Allowed ? AdmissionAnswer.Of(verdict) : step.IsMutating ? Patch(review.Object, obj, verdict.Object) : AdmissionAnswer.Fine;
    }

    private static AdmissionAnswer Patch(JsonElement sent, IKubernetesObject<V1ObjectMeta> before, IKubernetesObject<V1ObjectMeta> after)
    {
        if (ReferenceEquals(before, after))
        {
            return AdmissionAnswer.Fine;
        }

        JsonTypeInfo type = KubeJson.Default.GetTypeInfo(after.GetType())!;
        JsonNode from = JsonObject.Create(sent)!;
        JsonNode? to = JsonOverlay.Apply(from, JsonSerializer.SerializeToNode(before, type), JsonSerializer.SerializeToNode(after, type));
        JsonArray operations = JsonPatch.Between(from, to);
        return operations.Count == 0 ? AdmissionAnswer.Fine : AdmissionAnswer.Fine with { Patch = Encoding.UTF8.GetBytes(operations.ToJsonString()) };
    }

    // What cannot be read any more must still be replaceable: the new object is then judged on its own.
    private static IKubernetesObject<V1ObjectMeta>? TryReadOld(JsonElement old, AdmissionStep step)
    {
        try
        {
            return ObjectReader.Read(old, step);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

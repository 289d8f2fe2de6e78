using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Patching;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>Answers admission requests: reads the objects, asks Core, and says what changed.</summary>
/// <param name="gates">The feature gates in force.</param>
/// <param name="time">The clock that new tags get their time from.</param>
/// <param name="pods">Finds pods; null where there is no cluster to look into.</param>
internal sealed class Admitter(FeatureGates gates, TimeProvider time, PodLookup? pods = null)
{
    private const int BadRequest = 400;

    public async Task<AdmissionAnswer> AnswerAsync(WebhookPath webhook, AdmissionReview review, CancellationToken cancellationToken)
    {
        if (review.Operation is not ("CREATE" or "UPDATE") || review.SubResource.Length > 0)
        {
            return AdmissionAnswer.Fine;
        }

        try
        {
            IKubernetesObject<V1ObjectMeta> obj = ObjectReader.Read(review.Object, webhook.Kind);
            return webhook.IsMutating ? Default(obj, review.Object) : await ValidateAsync(obj, review, webhook.Kind, cancellationToken);
        }
        catch (JsonException e)
        {
            return AdmissionAnswer.Refuse(BadRequest, e.Message);
        }
    }

    private async Task<AdmissionAnswer> ValidateAsync(
        IKubernetesObject<V1ObjectMeta> obj, AdmissionReview review, string kind, CancellationToken cancellationToken)
    {
        IKubernetesObject<V1ObjectMeta>? old = review.Operation == "UPDATE" ? TryReadOld(review.OldObject, kind) : null;
        AdmissionOperation operation = old is null ? AdmissionOperation.Create : AdmissionOperation.Update;
        Func<ObjectKey, V1Pod?>? find = obj is CloneSet set && pods is not null ? await pods.FindAsync(old as CloneSet, set, cancellationToken) : null;
        var request = new AdmissionRequest(operation, obj, gates, time.GetUtcNow().UtcDateTime) { Old = old };
        return AdmissionAnswer.Of(KruiseAdmission.Admit(request, find is null ? NoCluster.Instance : new PodView(find)));
    }

    // Validation is left to the validating path: other webhooks may still put an object right.
    private AdmissionAnswer Default(IKubernetesObject<V1ObjectMeta> obj, JsonElement sent) => obj switch
    {
        ImagePullJob job => Patch(sent, job, ImagePullJobDefaults.Apply(job), KubeJson.Default.ImagePullJob),
        NodeImage nodeImage => Patch(sent, nodeImage, NodeImageDefaults.Apply(nodeImage, time.GetUtcNow().UtcDateTime), KubeJson.Default.NodeImage),
        CloneSet set => Patch(sent, set, CloneSetDefaults.Apply(set), KubeJson.Default.CloneSet),
        _ => AdmissionAnswer.Fine,
    };

    private static AdmissionAnswer Patch<T>(JsonElement sent, T before, T after, JsonTypeInfo<T> type)
        where T : class
    {
        if (ReferenceEquals(before, after))
        {
            return AdmissionAnswer.Fine;
        }

        JsonNode from = JsonObject.Create(sent)!;
        JsonNode? to = JsonOverlay.Apply(from, JsonSerializer.SerializeToNode(before, type), JsonSerializer.SerializeToNode(after, type));
        JsonArray operations = JsonPatch.Between(from, to);
        return operations.Count == 0 ? AdmissionAnswer.Fine : AdmissionAnswer.Fine with { Patch = Encoding.UTF8.GetBytes(operations.ToJsonString()) };
    }

    // What cannot be read any more must still be replaceable: the new object is then judged on its own.
    private static IKubernetesObject<V1ObjectMeta>? TryReadOld(JsonElement old, string kind)
    {
        try
        {
            return ObjectReader.Read(old, kind);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class PodView(Func<ObjectKey, V1Pod?> find) : IAdmissionView
    {
        public bool HasCluster => true;

        public IReadOnlyList<SidecarSet> SidecarSets => [];

        public V1Pod? Pod(ObjectKey key) => find(key);
    }
}

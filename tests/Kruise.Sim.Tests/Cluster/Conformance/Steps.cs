using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Tests.Cluster.Conformance;

using FactOf = (string Name, Func<IKubernetesObject<V1ObjectMeta>, Known, bool> Holds);

/// <summary>Short forms for writing rows of the table.</summary>
internal static class Steps
{
    public static ImagePullJob Job(string name = "a", string[]? finalizers = null) =>
        new() { Metadata = Meta(name, m => m with { Finalizers = finalizers }), Spec = new ImagePullJobSpec { Image = "nginx:1" } };

    public static NodeImage Image(string name = "a") => new() { Metadata = new V1ObjectMeta { Name = name } };

    public static V1Node Node(string name = "a") =>
        new() { ApiVersion = "v1", Kind = V1Node.KubeKind, Metadata = new V1ObjectMeta { Name = name }, Spec = new V1NodeSpec() };

    public static V1Secret Secret(string name = "a") => new() { ApiVersion = "v1", Kind = V1Secret.KubeKind, Metadata = Meta(name, m => m) };

    public static V1ObjectMeta Meta(Func<V1ObjectMeta, V1ObjectMeta> edit) => Meta("a", edit);

    public static V1ObjectMeta Meta(string name, Func<V1ObjectMeta, V1ObjectMeta> edit) =>
        edit(new V1ObjectMeta { Name = name, NamespaceProperty = Known.Namespace });

    public static V1OwnerReference Owner(string uid, bool controller) =>
        new() { ApiVersion = KruiseGroup.V1Alpha1, Kind = ImagePullJob.KindName, Name = "o", Uid = uid, Controller = controller };

    public static IKubernetesObject<V1ObjectMeta> Owned(IKubernetesObject<V1ObjectMeta> obj, params IKubernetesObject<V1ObjectMeta>[] owners) => Owned(obj, true, owners);

    public static IKubernetesObject<V1ObjectMeta> Owned(IKubernetesObject<V1ObjectMeta> obj, bool blocking, params IKubernetesObject<V1ObjectMeta>[] owners)
    {
        V1ObjectMeta metadata = obj.Metadata with
        {
            OwnerReferences =
            [
                .. owners.Select(o => new V1OwnerReference
                {
                    ApiVersion = o.ApiVersion, Kind = o.Kind, Name = o.Metadata.Name, Uid = o.Metadata.Uid, BlockOwnerDeletion = blocking,
                }),
            ],
        };
        return obj switch
        {
            ImagePullJob job => job with { Metadata = metadata },
            NodeImage image => image with { Metadata = metadata },
            _ => (V1Secret)obj with { Metadata = metadata },
        };
    }

    public static ImagePullJob WithImage(ImagePullJob job, string image) => job with { Spec = job.Spec with { Image = image } };

    public static ImagePullJob WithDesired(ImagePullJob job, int desired) => job with { Status = job.Status with { Desired = desired } };

    public static ImagePullJob WithFinalizers(ImagePullJob job, params string[] finalizers) => job with { Metadata = job.Metadata with { Finalizers = finalizers } };

    public static V1Secret WithByte(V1Secret secret, byte value) => secret with { Data = new Dictionary<string, byte[]> { ["k"] = [value] } };

    public static ImagePullJob Labelled(ImagePullJob job, string value) =>
        job with { Metadata = job.Metadata with { Labels = new Dictionary<string, string> { ["l"] = value } } };

    public static NodeImage Labelled(NodeImage image, string value) =>
        image with { Metadata = image.Metadata with { Labels = new Dictionary<string, string> { ["l"] = value } } };

    public static ImagePullJob Without(ImagePullJob job, bool revision = false, bool uid = false) => job with
    {
        Metadata = job.Metadata with { ResourceVersion = revision ? null : job.Metadata.ResourceVersion, Uid = uid ? null : job.Metadata.Uid },
    };

    public static FactOf Fact(string name, Func<IKubernetesObject<V1ObjectMeta>, bool> holds) => (name, (obj, _) => holds(obj));

    public static FactOf FactSince(string name, Func<IKubernetesObject<V1ObjectMeta>, IKubernetesObject<V1ObjectMeta>, bool> holds) =>
        (name, (obj, known) => holds(obj, known.Find(obj.GetType(), obj.Metadata.Name)!));

    public static Expectation Is(
        int code, string reason = "", RevisionChange revision = RevisionChange.Any, long? generation = null, FactOf[]? facts = null) =>
        new(code, reason, revision, generation, facts ?? []);

    public static Step Create(
        IKubernetesObject<V1ObjectMeta> obj, int code = 201, string reason = "", RevisionChange revision = RevisionChange.Any, long? generation = null, FactOf[]? facts = null) =>
        new Step.Send(ApiVerb.Create, _ => obj, Is(code, reason, revision, generation, facts));

    public static Step Create(Func<Known, IKubernetesObject<V1ObjectMeta>> obj) => new Step.Send(ApiVerb.Create, obj, Is(201));

    public static Step Update(
        Func<Known, IKubernetesObject<V1ObjectMeta>> obj,
        int code = 200, string reason = "", RevisionChange revision = RevisionChange.Any, long? generation = null, FactOf[]? facts = null) =>
        new Step.Send(ApiVerb.Update, obj, Is(code, reason, revision, generation, facts));

    public static Step UpdateStatus(
        Func<Known, IKubernetesObject<V1ObjectMeta>> obj,
        int code = 200, string reason = "", RevisionChange revision = RevisionChange.Any, long? generation = null, FactOf[]? facts = null) =>
        new Step.Send(ApiVerb.UpdateStatus, obj, Is(code, reason, revision, generation, facts));

    public static Step Delete<T>(
        string name = "a", Func<Known, DeleteOptions>? options = null,
        int code = 200, string reason = "", RevisionChange revision = RevisionChange.Any, long? generation = null, FactOf[]? facts = null) =>
        new Step.Delete(typeof(T), name, options ?? (_ => default), Is(code, reason, revision, generation, facts));

    public static Step Watch(string stream, Type kind, Func<Known, long> from, string? name = null, int code = 200) => new Step.Watch(stream, kind, name, from, code);
}

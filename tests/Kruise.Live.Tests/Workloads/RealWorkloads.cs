using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A namespace of a real API server, with a manager and hollow kubelets at work.</summary>
internal sealed class RealWorkloads(CloneSetCluster cluster, string @namespace) : IWorkloadWorld
{
    private static readonly ObjectKey s_name = new("", "web");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ObjectKey Key => new(@namespace, s_name.Name);

    public async ValueTask DoAsync(WorkloadStep step)
    {
        await WriteAsync(step);
        await SettledAsync();
    }

    /// <summary>The write alone.</summary>
    public async Task WriteAsync(WorkloadStep step)
    {
        switch (step)
        {
            case WorkloadStep.Create create:
                await cluster.Admin.CreateAsync(new CloneSet { Metadata = new V1ObjectMeta { Name = Key.Name, NamespaceProperty = @namespace }, Spec = create.Spec }, Cancellation);
                break;
            case WorkloadStep.Scale scale:
                await cluster.Admin.SendJsonAsync(
                    HttpMethod.Patch,
                    ResourceKind.Of<CloneSet>().Path(Key, "scale"),
                    new JsonObject { ["spec"] = new JsonObject { ["replicas"] = scale.Replicas } },
                    Cancellation,
                    "application/merge-patch+json");
                break;
            case WorkloadStep.SetImage image:
                await cluster.EditAsync(Key, spec => WorkloadCases.WithContainer(spec, image.Container, c => c with { Image = image.Image }), Cancellation);
                break;
            case WorkloadStep.Edit edit:
                await cluster.EditAsync(Key, edit.Change, Cancellation);
                break;
            case WorkloadStep.DeletePod delete:
                V1Pod gone = await PodAsync(delete.Index);
                await cluster.Admin.DeleteAsync(ResourceKind.Of<V1Pod>(), ObjectKey.Of(gone), gone.Metadata.Uid, Cancellation);
                break;
            case WorkloadStep.MarkPod mark:
                await cluster.Admin.SendJsonAsync(
                    HttpMethod.Patch,
                    ResourceKind.Of<V1Pod>().Path(ObjectKey.Of(await PodAsync(mark.Index))),
                    new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [WorkloadKeys.SpecifiedDelete] = "true" } } },
                    Cancellation,
                    "application/merge-patch+json");
                break;
            case WorkloadStep.NamePod name:
                string victim = (await PodAsync(name.Index)).Metadata.Name;
                await cluster.EditAsync(
                    Key,
                    spec => spec with { Replicas = name.Replicas, ScaleStrategy = spec.ScaleStrategy with { PodsToDelete = [victim] } },
                    Cancellation);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step.");
        }
    }

    /// <summary>Pods at the template and ready, as far as the partition lets them, nobody named to go, and nothing going on.</summary>
    public Task<CloneSet> SettledAsync() => cluster.SettledAsync(
        Key,
        set => set.Status is var status
            && status.Replicas == set.Spec.Replicas && status.AvailableReplicas == status.Replicas
            && status.UpdatedReadyReplicas >= status.Replicas - int.Parse(set.Spec.UpdateStrategy.Partition?.ToString() ?? "0", System.Globalization.CultureInfo.InvariantCulture)
            && set.Spec.ScaleStrategy.PodsToDelete is null or { Count: 0 },
        Cancellation);

    public async ValueTask<WorkloadState> StateAsync() => new(
        await cluster.Admin.GetAsync<CloneSet>(Key, Cancellation),
        await cluster.ListAsync<V1Pod>(@namespace, Cancellation),
        await cluster.ListAsync<V1PersistentVolumeClaim>(@namespace, Cancellation),
        await cluster.ListAsync<V1ControllerRevision>(@namespace, Cancellation));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<V1Pod> PodAsync(int index) =>
        (await cluster.ListAsync<V1Pod>(@namespace, Cancellation)).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ElementAt(index);
}

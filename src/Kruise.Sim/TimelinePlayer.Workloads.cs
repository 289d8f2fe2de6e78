using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim;

// What people do to CloneSets and their pods.
internal sealed partial class TimelinePlayer
{
    private void PlayOnWorkloads(TimelineEntry entry)
    {
        if (entry.Scale is { } scale)
        {
            Mark($"{scale.CloneSet} is scaled to {scale.Replicas}");
            Change(scale, "scale", set => set with { Spec = set.Spec with { Replicas = scale.Replicas } });
        }

        switch (entry.Patch)
        {
            case CloneSetPatch patch:
                Mark($"{patch.CloneSet} is patched");
                Change(patch, "patch", set => set with { Spec = patch.Spec.Apply(set.Spec) });
                break;
            case SidecarSetPatch patch:
                Mark($"{patch.SidecarSet} is patched");
                Change(patch, "patch", set => set with { Spec = patch.Spec.Apply(set.Spec) });
                break;
        }

        switch (entry.SetImage)
        {
            case CloneSetImage image:
                Mark($"{image.CloneSet} gets {image.Image}");
                Change(image, "set image of", set => CloneSetActions.WithImage(set, image.Container, image.Image));
                break;
            case SidecarSetImage image:
                Mark($"{image.SidecarSet} gets {image.Image}");
                Change(image, "set image of", set => SidecarSetActions.WithImage(set, image.Container, image.Image));
                break;
        }

        if (entry.LabelPods is { } label)
        {
            IReadOnlyList<V1Pod> pods = Pods(label);
            Mark($"{pods.Count} pods of {label.CloneSet} get labels");
            foreach (V1Pod pod in pods)
            {
                Check(server.Patch<V1Pod>(ObjectKey.Of(pod), labelled => WithLabels(labelled, label.Labels)), $"label pod {ObjectKey.Of(pod)}");
            }
        }

        if (entry.DeletePods is { } delete)
        {
            IReadOnlyList<V1Pod> pods = Pods(delete);
            Mark($"{pods.Count} pods of {delete.CloneSet} are chosen for deletion");
            foreach (V1Pod pod in pods)
            {
                Check(server.Patch<V1Pod>(ObjectKey.Of(pod), ChooseForDeletion), $"label pod {ObjectKey.Of(pod)}");
            }
        }

        if (entry.KillPods is { } kill)
        {
            IReadOnlyList<V1Pod> pods = Pods(kill);
            Mark($"{pods.Count} pods of {kill.CloneSet} are deleted by hand");
            foreach (V1Pod pod in pods)
            {
                Check(server.Delete(typeof(V1Pod), ObjectKey.Of(pod)), $"delete pod {ObjectKey.Of(pod)}");
            }
        }
    }

    private void PlayOnNodes(TimelineEntry entry)
    {
        if (entry.Cordon is { } cordon)
        {
            Mark($"{nodes.CordonNodes(cordon.Pool, cordon.Count).Count} nodes of {cordon.Pool} are cordoned");
        }

        if (entry.Drain is { } drain)
        {
            Mark($"{nodes.DrainNodes(drain.Pool, drain.Count).Count} nodes of {drain.Pool} are drained");
        }

        if (entry.Uncordon is { } uncordon)
        {
            Mark($"{nodes.UncordonNodes(uncordon.Pool, uncordon.Count).Count} nodes of {uncordon.Pool} are uncordoned");
        }
    }

    private static V1Pod WithLabels(V1Pod pod, IReadOnlyDictionary<string, string> labels) => pod with
    {
        Metadata = pod.Metadata with
        {
            Labels = labels.OrderBy(l => l.Key, StringComparer.Ordinal).Aggregate(pod.Metadata.Labels, (all, label) => StringMaps.With(all, label.Key, label.Value)),
        },
    };

    private static V1Pod ChooseForDeletion(V1Pod pod) => pod with
    {
        Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.SpecifiedDelete, "true") },
    };

    private void Mark(FormattableString what) => Marks.Add(new TimelineMark(loop.Now, null, FormattableString.Invariant(what)));

    private void Change(ICloneSetAction action, string verb, Func<CloneSet, CloneSet> change) =>
        Patch(new ObjectKey(action.Namespace, action.CloneSet), change, $"{verb} CloneSet {action.Namespace}/{action.CloneSet}");

    private void Change(ISidecarSetAction action, string verb, Func<SidecarSet, SidecarSet> change) =>
        Patch(ObjectKey.Cluster(action.SidecarSet), change, $"{verb} SidecarSet {action.SidecarSet}");

    // By name; those that a number asks for are drawn (the first steps of a Fisher-Yates shuffle) from the ones that are there.
    private V1Pod[] Pods(PodsAction action)
    {
        if (action.Names is { } names)
        {
            foreach (string missing in names.Where(name => server.Peek<V1Pod>(new ObjectKey(action.Namespace, name)) is null))
            {
                notes.Add(FormattableString.Invariant($"at {loop.Now}: there was no pod {action.Namespace}/{missing}"));
            }

            return [.. names.Select(name => server.Peek<V1Pod>(new ObjectKey(action.Namespace, name))).OfType<V1Pod>()];
        }

        string? uid = server.Peek<CloneSet>(new ObjectKey(action.Namespace, action.CloneSet))?.Metadata.Uid;
        V1Pod[] pods =
        [
            .. server.StoreOf(typeof(V1Pod)).List(action.Namespace).Cast<V1Pod>()
                .Where(pod => uid is not null && PodState.IsControlledBy(pod.Metadata, uid) && PodState.IsActive(pod)),
        ];
        int wanted = Math.Min(pods.Length, action.Count!.Value.Of(pods.Length));
        for (int i = 0; i < wanted; i++)
        {
            int j = i + (int)choices.Next(pods.Length - i);
            (pods[i], pods[j]) = (pods[j], pods[i]);
        }

        Array.Sort(pods, 0, wanted, Comparer<V1Pod>.Create((a, b) => string.CompareOrdinal(a.Metadata.Name, b.Metadata.Name)));
        return pods[..wanted];
    }
}

using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.SidecarSets;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

// SidecarSets, followed through the timeline as CloneSets are.
internal sealed partial class ScenarioChecks
{
    // By name; null where something is wrong that has been reported.
    private readonly SortedDictionary<string, AppliedSidecarSet?> _sidecarSets = new(StringComparer.Ordinal);

    private bool _sawNamelessSidecarSet;

    // When each set of either kind is applied for the first time.
    private readonly Dictionary<(string Kind, string Name), FirstApply> _firsts = [];

    private sealed record FirstApply(IKubernetesObject<V1ObjectMeta> Object, TimelineEntry Entry, FieldPath Path);

    private sealed record AppliedSidecarSet(SidecarSet Object, YamlNode Node);

    private void NoteSidecarSet(IKubernetesObject<V1ObjectMeta> manifest, AppliedSidecarSet? state)
    {
        if (manifest is not SidecarSet)
        {
            return;
        }

        _sawBrokenWorkload |= state is null;
        if (manifest.Metadata.Name is null)
        {
            _sawNamelessSidecarSet = true;
        }
        else
        {
            _sidecarSets[manifest.Metadata.Name] = state;
        }
    }

    private void NoteFirst(IKubernetesObject<V1ObjectMeta> manifest, TimelineEntry entry, FieldPath path)
    {
        if (manifest is CloneSet or SidecarSet && !_context.IsBroken(manifest))
        {
            _firsts.TryAdd((manifest.Kind, NameOf(manifest)), new FirstApply(manifest, entry, path));
        }
    }

    // Webhooks hear of a set as controllers do, a moment after it was written: what is made in this moment goes without.
    private void CheckHaste()
    {
        var enough = SimTime.FromSeconds(1);
        foreach (FirstApply sidecars in _firsts.Values.Where(first => first.Object is SidecarSet))
        {
            SidecarSetMatcher matcher = SidecarSetMatcher.Of((SidecarSet)sidecars.Object);
            foreach (FirstApply pods in _firsts.Values.Where(first => first.Object is CloneSet { Spec.Template: not null }))
            {
                (FirstApply before, FirstApply after) = sidecars.Entry.At > pods.Entry.At ? (pods, sidecars) : (sidecars, pods);
                V1ObjectMeta labels = ((CloneSet)pods.Object).Spec.Template!.Metadata ?? new V1ObjectMeta();
                var pod = new V1Pod { Metadata = labels with { NamespaceProperty = pods.Object.Metadata.NamespaceProperty } };
                if (after.Entry.At - before.Entry.At < enough && matcher.Matches(pod))
                {
                    Warn(
                        after.Entry,
                        "at",
                        after.Path.Field("at"),
                        $"CloneSet {NameOf(pods.Object)} and SidecarSet {NameOf(sidecars.Object)} are applied within a second: pods that are made before the webhook has heard of "
                            + "the set go without its containers; apply it a second before");
                }
            }
        }
    }

    private void CheckSidecarSetAction(ISidecarSetAction? action, FieldPath path)
    {
        if (action is not { SidecarSet: { } name })
        {
            return;
        }

        if (!_sidecarSets.TryGetValue(name, out AppliedSidecarSet? state) && !_sawNamelessSidecarSet)
        {
            var known = _sidecarSets.Keys.ToList();
            Error(action, "sidecarSet", path.Field("sidecarSet"), new Finding(
                $"no SidecarSet {Quote.Text(name)} has been applied by then", known.Count == 0 ? null : string.Join(", ", known), Nearest.Of(name, known)));
        }

        int errors = _context.Problems.ErrorCount;
        if (!_context.IsBroken(action)
            && (action is not SidecarSetImage setImage || CheckImage(setImage.Image, _context.PositionOf(action, "image"), path.Field("image")))
            && state is not null)
        {
            _sidecarSets[name] = After(action, state, path);
        }

        _sawBrokenWorkload |= _context.IsBroken(action) || _context.Problems.ErrorCount != errors;
    }

    // The set as it stands after the action; as it stood before when the action is wrong.
    private AppliedSidecarSet After(ISidecarSetAction action, AppliedSidecarSet state, FieldPath path)
    {
        SidecarSet set = state.Object;
        switch (action)
        {
            case SidecarSetPatch patch:
                var patched = new AppliedSidecarSet(set with { Spec = patch.Spec.Apply(set.Spec) }, Patched(state.Node, patch.Spec));
                return IsValid(patched.Object, patched.Node, path) && CheckContainers(patched.Object, patched.Node, path) ? patched : state;
            case SidecarSetImage image:
                var names = (set.Spec.Containers ?? []).Concat(set.Spec.InitContainers ?? []).Select(c => c.Name).ToList();
                if (!names.Contains(image.Container, StringComparer.Ordinal))
                {
                    Error(image, "container", path.Field("container"), Unknown("container", image.Container, names));
                    return state;
                }

                SidecarSet changed = SidecarSetActions.WithImage(set, image.Container, image.Image);
                NoteContainers(changed);
                return state with { Object = changed };
            default:
                return state;
        }
    }

    // What the set's containers ask for beyond single fields; whether all of it can be run.
    private bool CheckContainers(SidecarSet set, YamlNode node, FieldPath path)
    {
        int errors = _context.Problems.ErrorCount;
        CheckContainers(set.Spec.Containers ?? [], node, "spec.containers", path.Field("spec").Field("containers"));
        CheckContainers(set.Spec.InitContainers ?? [], node, "spec.initContainers", path.Field("spec").Field("initContainers"));
        NoteContainers(set);
        return _context.Problems.ErrorCount == errors;
    }

    private void NoteContainers(SidecarSet set) => NoteContainers((set.Spec.Containers ?? []).Concat(set.Spec.InitContainers ?? []));

    // Such a scenario is run all the same: that nothing comes of the object is what it asks.
    private void CheckGates(IKubernetesObject<V1ObjectMeta> manifest, YamlNode node)
    {
        FeatureGates gates = ControlPlaneSettings.GatesOf(_scenario.Spec.ControlPlane.FeatureGates);
        string? message = manifest switch
        {
            ImagePullJob when !gates.KruiseDaemon => "the job will be refused and no image warmed, because the feature gate KruiseDaemon is off",
            SidecarSet when !gates.PodWebhook => "the set will be refused and pods made without sidecars, because the feature gate PodWebhook is off",
            _ => null,
        };
        if (message is not null)
        {
            _context.Problems.Warn(FieldLocator.Find(node, "kind"), message);
        }
    }

    private void CheckNamespaces(ClusterSpec cluster)
    {
        FieldPath path = _spec.Field("cluster").Field("namespaces");
        CheckUnique(cluster.Namespaces, n => n.Name, "name", path, "namespace");
        IEnumerable<IKubernetesObject<V1ObjectMeta>> objects = _scenario.Spec.Timeline.SelectMany(entry => entry.Apply?.Objects ?? []);
        var used = objects.SelectMany(obj => new[] { obj.Metadata.NamespaceProperty, (obj as SidecarSet)?.Spec.Namespace })
            .Where(name => !string.IsNullOrEmpty(name)).Select(name => name!).Distinct(StringComparer.Ordinal).ToList();
        foreach (NamespaceSpec unused in cluster.Namespaces.Where(n => n.Name is not null && !used.Contains(n.Name, StringComparer.Ordinal)))
        {
            string message = new Finding("no object of the scenario is in this namespace; its labels change nothing", null, Nearest.Of(unused.Name, used)).ToString();
            Warn(unused, "name", _context.PathOfItem(path, cluster.Namespaces, cluster.Namespaces.ToList().IndexOf(unused)).Field("name"), message);
        }
    }

    private void CheckNoNamespace(DeleteAction delete, FieldPath path)
    {
        if ((_context.NodeOf(delete) as MappingNode)?.Find("namespace") is not null)
        {
            Error(delete, "namespace", path.Field("namespace"), new Finding($"a {delete.Kind} belongs to no namespace", "its name alone"));
        }
    }
}

using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Manifests;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

// CloneSets and what is done to them: each is followed through the timeline as it would stand if nothing but the timeline wrote to it.
internal sealed partial class ScenarioChecks
{
    // By namespace and name; null where something is wrong that has been reported, so that what follows from it is not.
    private readonly SortedDictionary<string, AppliedCloneSet?> _cloneSets = new(StringComparer.Ordinal);

    // Every container that some pod of the scenario could have.
    private readonly List<(string Name, ImageReference Image)> _containers = [];

    private bool _sawBrokenWorkload;

    // Any name could be that of the CloneSet whose name is missing or wrong.
    private bool _sawNamelessCloneSet;

    private sealed record AppliedCloneSet(CloneSet Object, YamlNode Node);

    private void NoteCloneSet(IKubernetesObject<V1ObjectMeta> manifest, AppliedCloneSet? state)
    {
        if (manifest is not CloneSet)
        {
            return;
        }

        _sawBrokenWorkload |= state is null;
        if (manifest.Metadata.Name is null)
        {
            _sawNamelessCloneSet = true;
        }
        else
        {
            _cloneSets[manifest.Metadata.NamespaceProperty + "/" + manifest.Metadata.Name] = state;
        }
    }

    private void CheckCloneSetActions(TimelineEntry entry, FieldPath path)
    {
        (ICloneSetAction? Action, string Field)[] actions =
        [
            (entry.Scale, "scale"), (entry.Patch as ICloneSetAction, "patch"), (entry.SetImage as ICloneSetAction, "setImage"),
            (entry.LabelPods, "labelPods"), (entry.DeletePods, "deletePods"), (entry.KillPods, "killPods"),
        ];
        foreach ((ICloneSetAction? action, string field) in actions)
        {
            if (action is { CloneSet: not null, Namespace: not null })
            {
                CheckCloneSetAction(action, path.Field(field));
            }
        }
    }

    private void CheckCloneSetAction(ICloneSetAction action, FieldPath path)
    {
        string name = action.Namespace + "/" + action.CloneSet;
        if (!_cloneSets.TryGetValue(name, out AppliedCloneSet? state) && !_sawNamelessCloneSet)
        {
            var known = _cloneSets.Keys.ToList();
            Error(action, "cloneSet", path.Field("cloneSet"), new Finding(
                $"no CloneSet {Quote.Text(name)} has been applied by then",
                known.Count == 0 ? null : string.Join(", ", known),
                known.Find(k => k.EndsWith("/" + action.CloneSet, StringComparison.Ordinal)) is { } elsewhere
                    ? $"namespace: {elsewhere[..elsewhere.IndexOf('/', StringComparison.Ordinal)]}"
                    : Nearest.Of(name, known)));
        }

        int errors = _context.Problems.ErrorCount;
        if (!_context.IsBroken(action)
            && (action is not CloneSetImage setImage || CheckImage(setImage.Image, _context.PositionOf(action, "image"), path.Field("image")))
            && state is not null)
        {
            _cloneSets[name] = After(action, state, path);
        }

        _sawBrokenWorkload |= _context.IsBroken(action) || _context.Problems.ErrorCount != errors;
    }

    // The CloneSet as it stands after the action; as it stood before when the action is wrong.
    private AppliedCloneSet After(ICloneSetAction action, AppliedCloneSet state, FieldPath path)
    {
        CloneSetSpec spec = state.Object.Spec;
        switch (action)
        {
            case ScaleAction scale:
                return state with { Object = state.Object with { Spec = spec with { Replicas = scale.Replicas } } };
            case CloneSetPatch patch:
                var patched = new AppliedCloneSet(state.Object with { Spec = patch.Spec.Apply(spec) }, Patched(state.Node, patch.Spec));
                return IsValid(patched.Object, patched.Node, path) && CheckTemplate(patched.Object, patched.Node, path) ? patched : state;
            case CloneSetImage setImage:
                return AfterSetImage(setImage, state, path);
            case PodsAction { Count.Count: { } count } pods when count > (spec.Replicas ?? 1):
                Warn(pods, "count", path.Field("count"), $"{count} is more than the {spec.Replicas ?? 1} pods that the CloneSet has by then; all of them are meant");
                return state;
            default:
                return state;
        }
    }

    private AppliedCloneSet AfterSetImage(CloneSetImage action, AppliedCloneSet state, FieldPath path)
    {
        V1PodSpec pod = state.Object.Spec.Template!.Spec;
        var names = (pod.Containers ?? []).Concat(pod.InitContainers ?? []).Select(c => c.Name).ToList();
        if (!names.Contains(action.Container, StringComparer.Ordinal))
        {
            Error(action, "container", path.Field("container"), Unknown("container", action.Container, names));
            return state;
        }

        CloneSet changed = CloneSetActions.WithImage(state.Object, action.Container, action.Image);
        NoteContainers(changed);
        return state with { Object = changed };
    }

    // The manifest as it would have been written with the patch in it.
    private static YamlNode Patched(YamlNode manifest, MergePatch spec)
    {
        var key = new ScalarNode(spec.Node.Position, "spec", true);
        return MergePatch.Merge(manifest, new MappingNode(spec.Node.Position, [new MappingEntry(key, spec.Node)]));
    }

    // What a pod's template asks for beyond single fields; whether all of it can be run.
    private bool CheckTemplate(CloneSet set, YamlNode node, FieldPath path)
    {
        if (set.Spec.Template?.Spec is not { } pod)
        {
            return true;
        }

        int errors = _context.Problems.ErrorCount;
        FieldPath at = path.Field("spec").Field("template").Field("spec");
        CheckContainers([.. pod.Containers ?? []], node, "spec.template.spec.containers", at.Field("containers"));
        CheckContainers([.. pod.InitContainers ?? []], node, "spec.template.spec.initContainers", at.Field("initContainers"));
        NoteContainers(set);
        return _context.Problems.ErrorCount == errors;
    }

    private void CheckContainers(IReadOnlyList<V1Container> containers, YamlNode node, string list, FieldPath path)
    {
        for (int i = 0; i < containers.Count; i++)
        {
            string written = FormattableString.Invariant($"{list}[{i}]");
            FieldPath at = path.Item(i);
            V1Container container = containers[i];
            if (container is { Name: not null, Image: not null } && CheckImage(container.Image, FieldLocator.Find(node, written + ".image"), at.Field("image")))
            {
                CheckPreStop(container, node, written, at);
            }

            CheckResources(container.Resources?.Requests, node, written + ".resources.requests", at.Field("resources").Field("requests"));
            CheckResources(container.Resources?.Limits, node, written + ".resources.limits", at.Field("resources").Field("limits"));
        }
    }

    private void CheckResources(IDictionary<string, ResourceQuantity>? amounts, YamlNode node, string written, FieldPath path)
    {
        foreach (string name in amounts?.Keys.Where(name => name is not ("cpu" or "memory")) ?? [])
        {
            SourcePosition at = (FieldLocator.NodeAt(node, written) as MappingNode)?.Find(name)?.Key.Position ?? FieldLocator.Find(node, written);
            _context.Error(at, path, new Finding($"the resource {Quote.Text(name)} is not simulated", "cpu, memory", Nearest.Of(name, ["cpu", "memory"])));
        }
    }

    // The length of a hook is known when it sleeps, or when the scenario says it.
    private void CheckPreStop(V1Container container, YamlNode node, string written, FieldPath path)
    {
        if (container.Lifecycle?.PreStop is not { } hook || hook.Sleep is not null || PreStopHook.SleepSeconds(hook) is not null)
        {
            return;
        }

        var image = ImageReference.Parse(container.Image);
        if (ContainerBehaviours.Of(_behaviours, container.Name, image)?.PreStop is null)
        {
            _context.Error(
                FieldLocator.Find(node, written + ".lifecycle.preStop"),
                path.Field("lifecycle").Field("preStop"),
                new Finding("how long the hook takes is not known", "sleep: {seconds: 10}, exec: {command: [sleep, \"10\"]}, or any hook whose preStop is said in spec.containers of the scenario"));
        }
    }

    private void NoteContainers(CloneSet set)
    {
        V1PodSpec? pod = set.Spec.Template?.Spec;
        NoteContainers((pod?.Containers ?? []).Concat(pod?.InitContainers ?? []));
    }

    private void NoteContainers(IEnumerable<V1Container> containers)
    {
        foreach (V1Container container in containers)
        {
            if (container.Name is not null && ImageReference.TryParse(container.Image ?? "", out ImageReference? image, out _))
            {
                _containers.Add((container.Name, image));
            }
        }
    }

    private void CheckBehaviours()
    {
        IReadOnlyList<ContainerBehaviourSpec> behaviours = _scenario.Spec.Containers;
        FieldPath path = _spec.Field("containers");
        CheckUnique(
            behaviours, b => Quote.Bare($"{b.Image ?? "every image"}, {b.Container ?? "every container"}"), behaviours.Any(b => b.Image is not null) ? "image" : "container", path, "behaviour for");
        for (int i = 0; i < behaviours.Count; i++)
        {
            ContainerBehaviourSpec behaviour = behaviours[i];

            // A manifest with mistakes has containers that nobody knows.
            if (_sawBrokenWorkload || _context.IsBroken(behaviour) || _containers.Exists(c => ContainerBehaviours.Matches(behaviour, c.Name, c.Image)))
            {
                continue;
            }

            string what = behaviour switch
            {
                { Image: { } image, Container: { } container } => $"no pod of the scenario has a container {Quote.Text(container)} with the image {Quote.Text(image)}",
                { Image: { } image } => $"no pod of the scenario has the image {Quote.Text(image)}",
                { Container: { } container } => $"no pod of the scenario has a container {Quote.Text(container)}",
                _ => "the scenario has no pods",
            };
            string message = new Finding(what + "; it changes nothing", null, NearestTo(behaviour)).ToString();
            Warn(behaviour, behaviour.Image is not null ? "image" : "container", _context.PathOfItem(path, behaviours, i), message);
        }
    }

    // What of the entry is nowhere in the scenario: the name, or else the image.
    private string? NearestTo(ContainerBehaviourSpec behaviour)
    {
        if (behaviour.Container is { } name && !_containers.Exists(c => c.Name == name))
        {
            return Nearest.Of(name, _containers.Select(c => c.Name));
        }

        return behaviour.Image is { } image && !_containers.Exists(c => ContainerBehaviours.MatchesImage(behaviour, c.Image))
            ? Nearest.Of(image, _containers.Select(c => ContainerBehaviours.IsRepository(image) ? c.Image.FamiliarName : c.Image.FamiliarReference))
            : null;
    }

    private void CheckNodes(NodesAction? action, FieldPath path, List<string> pools)
    {
        if (action is not null)
        {
            CheckNodes(action, action.Pool, action.Count, path, pools);
        }
    }

    private void CheckNodes(object record, string? pool, CountOrPercent count, FieldPath path, List<string> pools)
    {
        if (pool is null)
        {
            return;
        }

        if (!_nodes.TryGetValue(pool, out long nodes))
        {
            Error(record, "pool", path.Field("pool"), Unknown("node pool", pool, pools));
            return;
        }

        CheckShare(record, "count", path, count, nodes);
    }

    private void CheckShare(object record, string field, FieldPath path, CountOrPercent share, long nodes)
    {
        if (share.Count > nodes)
        {
            Warn(record, field, path.Field(field), $"{share} is more than the pool's {nodes} nodes; all of them are meant");
        }
    }

    private void CheckKubelet(NodePoolSpec pool, FieldPath path)
    {
        KubeletSpec kubelet = pool.Kubelet;
        FieldPath at = path.Field("kubelet");
        if (kubelet is { SerializeImagePulls: true, MaxParallelImagePulls: not null })
        {
            Error(kubelet, "maxParallelImagePulls", at.Field("maxParallelImagePulls"), new Finding("images are pulled one at a time", "serializeImagePulls: false beside it"));
        }

        if (kubelet.BackOff.Initial > kubelet.BackOff.Max)
        {
            Error(kubelet.BackOff, "initial", at.Field("backOff").Field("initial"), new Finding(
                $"{UnitText.Format(kubelet.BackOff.Initial)} is more than the longest wait, {UnitText.Format(kubelet.BackOff.Max)}", "initial up to max"));
        }

        if (kubelet.ImageGc.LowPercent >= kubelet.ImageGc.HighPercent)
        {
            Error(kubelet.ImageGc, "lowPercent", at.Field("imageGc").Field("lowPercent"), new Finding(
                $"{kubelet.ImageGc.LowPercent} is not less than highPercent, {kubelet.ImageGc.HighPercent}", "lowPercent below highPercent"));
        }

        if (pool.Disk.Images is null && !_context.IsBroken(pool.Disk) && kubelet.ImageGc != new ImageGcSpec())
        {
            Warn(kubelet, "imageGc", at.Field("imageGc"), "without disk.images there is room for every image, and none is removed");
        }

        if (pool.Slow is { } slow)
        {
            CheckShare(slow, "count", path.Field("slow"), slow.Count, pool.Count);
        }
    }
}

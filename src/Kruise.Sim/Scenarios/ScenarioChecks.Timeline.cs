using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

// What happens when: whether what an entry names is there by then.
internal sealed partial class ScenarioChecks
{
    // Nodes of each pool, as the timeline goes on.
    private readonly Dictionary<string, long> _nodes = new(StringComparer.Ordinal);

    private void CheckTimeline()
    {
        IReadOnlyList<TimelineEntry> timeline = _scenario.Spec.Timeline;
        SimTime duration = _scenario.Spec.Duration;
        foreach (NodePoolSpec pool in Pools.Where(p => p.Name is not null))
        {
            _nodes.TryAdd(pool.Name, pool.Count);
        }

        var applied = new List<(string Kind, string Name)>();
        var pools = Pools.Select(p => p.Name).OfType<string>().ToList();
        var registries = _scenario.Spec.Registries.Select(r => r.Name).OfType<string>().ToList();
        foreach ((TimelineEntry entry, int i) in timeline.Select((entry, i) => (entry, i)).OrderBy(e => e.entry.At).ThenBy(e => e.i))
        {
            FieldPath path = _context.PathOfItem(_spec.Field("timeline"), timeline, i);
            if (entry.At > duration)
            {
                Warn(entry, "at", path.Field("at"), $"{UnitText.Format(entry.At)} lies after the end, {UnitText.Format(duration)}; it never happens");
            }

            foreach (IKubernetesObject<V1ObjectMeta> manifest in entry.Apply?.Objects ?? [])
            {
                CheckManifest(manifest);
                NoteFirst(manifest, entry, path);
                applied.Add((manifest.Kind, NameOf(manifest)));
            }

            if (entry.Delete is { Name: not null } delete && !_context.IsBroken(delete))
            {
                string name = delete.Key.ToString();
                var known = applied.Where(a => a.Kind == delete.Kind.ToString()).Select(a => a.Name).Distinct(StringComparer.Ordinal).ToList();
                bool isNameless = delete.Kind switch { ManifestKind.CloneSet => _sawNamelessCloneSet, ManifestKind.SidecarSet => _sawNamelessSidecarSet, _ => false };
                if (!known.Contains(name, StringComparer.Ordinal) && !isNameless)
                {
                    Error(delete, "name", path.Field("delete").Field("name"), new Finding(
                        $"no {delete.Kind} {Quote.Text(name)} has been applied by then",
                        known.Count == 0 ? null : string.Join(", ", known),
                        Nearest.Of(name, known)));
                }

                switch (delete.Kind)
                {
                    case ManifestKind.CloneSet:
                        _cloneSets.Remove(name);
                        break;
                    case ManifestKind.SidecarSet:
                        _sidecarSets.Remove(name);
                        CheckNoNamespace(delete, path.Field("delete"));
                        break;
                }
            }

            CheckFault(entry, path.Field("fault"), pools, registries);
            CheckScaling(entry.AddNodes, 1, path.Field("addNodes"), pools, _nodes);
            CheckScaling(entry.RemoveNodes, -1, path.Field("removeNodes"), pools, _nodes);
            CheckNodes(entry.Cordon, path.Field("cordon"), pools);
            CheckNodes(entry.Drain, path.Field("drain"), pools);
            CheckNodes(entry.Uncordon, path.Field("uncordon"), pools);
            CheckCloneSetActions(entry, path);
            CheckSidecarSetAction(entry.Patch as ISidecarSetAction, path.Field("patch"));
            CheckSidecarSetAction(entry.SetImage as ISidecarSetAction, path.Field("setImage"));
        }

        CheckHaste();
    }

    // A namespace that a kind cannot have has been complained of.
    private static string NameOf(IKubernetesObject<V1ObjectMeta> manifest) =>
        manifest is SidecarSet ? manifest.Metadata.Name ?? "" : ObjectKey.Of(manifest).ToString();

    private void CheckFault(TimelineEntry entry, FieldPath path, List<string> pools, List<string> registries)
    {
        switch (entry.Fault)
        {
            case RegistryFault { Registry: { } registry } when !registries.Contains(registry, StringComparer.Ordinal):
                Error(entry.Fault, "registry", path.Field("registry"), Unknown("registry", registry, registries));
                break;
            case DaemonOutage { Pool: { } pool } when !pools.Contains(pool, StringComparer.Ordinal):
                Error(entry.Fault, "pool", path.Field("pool"), Unknown("node pool", pool, pools));
                break;
            case NodeOutage outage:
                CheckNodes(outage, outage.Pool, outage.Count, path, pools);
                break;
            case NodeSlowdown slow:
                CheckNodes(slow, slow.Pool, slow.Count, path, pools);
                break;
        }

        SimTime duration = _scenario.Spec.Duration;
        if (entry.Fault?.For is { } length && entry.At <= duration && entry.At + length > duration)
        {
            Warn(entry.Fault, "for", path.Field("for"), $"the fault would end at {UnitText.Format(entry.At + length)}, after the end, {UnitText.Format(duration)}");
        }
    }

    private void CheckScaling(ScalePoolAction? action, int sign, FieldPath path, List<string> pools, Dictionary<string, long> nodes)
    {
        if (action?.Pool is null)
        {
            return;
        }

        if (!nodes.TryGetValue(action.Pool, out long before))
        {
            Error(action, "pool", path.Field("pool"), Unknown("node pool", action.Pool, pools));
            return;
        }

        nodes[action.Pool] = before + (sign * action.Count);
        if (nodes[action.Pool] < 0)
        {
            Error(action, "count", path.Field("count"), new Finding($"{action.Count} nodes leave a pool that has {before} by then", $"up to {before}"));
            nodes[action.Pool] = 0;
        }
    }

    private void CheckManifest(IKubernetesObject<V1ObjectMeta> manifest)
    {
        if (_context.IsBroken(manifest))
        {
            NoteCloneSet(manifest, null);
            NoteSidecarSet(manifest, null);
            return;
        }

        YamlNode node = _context.NodeOf(manifest);
        FieldPath path = _context.PathOf(manifest);
        CheckGates(manifest, node);
        bool valid = IsValid(manifest, node, path);
        if (valid && manifest is ImagePullJob job)
        {
            CheckImage(job.Spec.Image, FieldLocator.Find(node, "spec.image"), path.Field("spec").Field("image"));
        }

        NoteCloneSet(manifest, valid && manifest is CloneSet set && CheckTemplate(set, node, path) ? new AppliedCloneSet(set, node) : null);
        NoteSidecarSet(
            manifest,
            valid && manifest is SidecarSet sidecars && CheckContainers(sidecars, node, path) ? new AppliedSidecarSet(sidecars, node) : null);
    }

    // Whether a cluster's admission would let the object in. The path is the one to the object, from the root of the document that it stands in.
    private bool IsValid(IKubernetesObject<V1ObjectMeta> manifest, YamlNode node, FieldPath at)
    {
        bool valid = true;
        foreach ((string field, string message) in _validate?.Invoke(manifest, [.. _sidecarSets.Values.OfType<AppliedSidecarSet>().Select(applied => applied.Object)]) ?? [])
        {
            valid = false;
            string before = at.ToString();
            string path = before.Length == 0 || field.Length == 0 ? before + field : before + "." + field;
            _context.Problems.Error(FieldLocator.Find(node, field), path.Length == 0 ? message : path + ": " + message);
        }

        return valid;
    }

    private bool CheckImage(string reference, SourcePosition at, FieldPath path)
    {
        if (_images.Find(reference) is null)
        {
            IReadOnlyList<string> names = _images.Names;
            string allowed = names.Count == 0 ? "images listed under spec.registries, which lists none" : List(names);
            _context.Error(at, path, new Finding($"the image {Quote.Text(reference)} is in no registry of the scenario", allowed, Nearest.Of(reference, names)));
            return false;
        }

        return true;
    }
}

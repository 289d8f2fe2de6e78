using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

/// <summary>What a field alone cannot show: names that refer to nothing, names given twice, figures that contradict each other.</summary>
/// <remarks>Runs on records whose broken fields hold defaults; a required text that was missing or wrong is null here, whatever its type says.</remarks>
internal sealed class ScenarioChecks
{
    private readonly BindContext _context;
    private readonly Scenario _scenario;
    private readonly ManifestValidator? _validate;
    private readonly ImageLookup _images;
    private readonly FieldPath _spec = FieldPath.Root.Field("spec");

    private ScenarioChecks(Scenario scenario, BindContext context, ManifestValidator? validate)
    {
        _scenario = scenario;
        _context = context;
        _validate = validate;
        _images = new ImageLookup(scenario.Spec.Registries);
    }

    private IReadOnlyList<NodePoolSpec> Pools => _scenario.Spec.Cluster?.NodePools ?? [];

    public static void Run(Scenario scenario, BindContext context, ManifestValidator? validate)
    {
        if (scenario.Spec is null)
        {
            return;
        }

        var checks = new ScenarioChecks(scenario, context, validate);
        checks.CheckCluster();
        checks.CheckRegistries();
        checks.CheckTimeline();
        checks.CheckExpectations();
    }

    private void CheckCluster()
    {
        if (_scenario.Spec.Cluster is not { } cluster)
        {
            return;
        }

        FieldPath path = _spec.Field("cluster");
        CheckUnique(cluster.Zones, zone => zone.Name, "name", path.Field("zones"), "zone");
        CheckUnique(Pools, pool => pool.Name, "name", path.Field("nodePools"), "node pool");
        var zones = cluster.Zones.Select(zone => zone.Name).OfType<string>().ToList();
        for (int i = 0; i < Pools.Count; i++)
        {
            NodePoolSpec pool = Pools[i];
            FieldPath at = _context.PathOfItem(path.Field("nodePools"), Pools, i);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (int z = 0; z < pool.Zones.Count; z++)
            {
                if (zones.Count > 0 && !zones.Contains(pool.Zones[z], StringComparer.Ordinal))
                {
                    _context.Error(_context.PositionOfItem(pool.Zones, z), _context.PathOfItem(at.Field("zones"), pool.Zones, z), Unknown("zone", pool.Zones[z], zones));
                }

                if (!seen.Add(pool.Zones[z]))
                {
                    _context.Error(_context.PositionOfItem(pool.Zones, z), _context.PathOfItem(at.Field("zones"), pool.Zones, z), new Finding($"the zone {Quote.Text(pool.Zones[z])} is named twice"));
                }
            }

            for (int m = 0; m < pool.Images.Count; m++)
            {
                CheckImage(pool.Images[m], _context.PositionOfItem(pool.Images, m), _context.PathOfItem(at.Field("images"), pool.Images, m));
            }

            foreach ((string field, CountOrPercent share) in new[] { ("absent", pool.Daemon.Absent), ("dead", pool.Daemon.Dead) })
            {
                if (share.Count > pool.Count)
                {
                    Warn(pool.Daemon, field, at.Field("daemon").Field(field), $"{share} is more than the pool's {pool.Count} nodes; all of them are meant");
                }
            }
        }
    }

    private void CheckRegistries()
    {
        FieldPath path = _spec.Field("registries");
        CheckUnique(_scenario.Spec.Registries, r => r.Name, "name", path, "registry");
        var layers = new Dictionary<string, ImageLayerSpec>(StringComparer.Ordinal);
        for (int r = 0; r < _scenario.Spec.Registries.Count; r++)
        {
            RegistrySpec registry = _scenario.Spec.Registries[r];
            FieldPath at = _context.PathOfItem(path, _scenario.Spec.Registries, r);
            FieldPath images = at.Field("images");
            if (registry.Sharing is { Kind: SharingKind.Fair, Spread: > 1 })
            {
                Error(registry.Sharing, "spread", at.Field("sharing").Field("spread"), new Finding("fair sharing has no spread", "kind: fifo beside it"));
            }

            if (registry.Sharing is { Kind: SharingKind.Fair, Efficiency: < 1 })
            {
                Error(registry.Sharing, "efficiency", at.Field("sharing").Field("efficiency"), new Finding("fair sharing wastes nothing", "kind: fifo beside it"));
            }

            CheckUnique(registry.Images, i => FullName(registry, i)?.FamiliarReference, "name", images, "image");
            for (int i = 0; i < registry.Images.Count; i++)
            {
                RegistryImageSpec image = registry.Images[i];
                if (registry.Name is not null && image.Name is not null && FullName(registry, image) is null)
                {
                    Error(image, "name", _context.PathOfItem(images, registry.Images, i).Field("name"), new Finding($"{Quote.Text(image.Name)} belongs to another registry", $"references of {registry.Name}"));
                }

                CheckLayers(image, _context.PathOfItem(images, registry.Images, i).Field("layers"), layers);
            }
        }
    }

    private static ImageReference? FullName(RegistrySpec registry, RegistryImageSpec image) =>
        registry.Name is null || image.Name is null ? null : ImageLookup.ReferenceIn(registry.Name, image.Name);

    private void CheckLayers(RegistryImageSpec image, FieldPath path, Dictionary<string, ImageLayerSpec> layersById)
    {
        for (int l = 0; l < (image.Layers?.Count ?? 0); l++)
        {
            ImageLayerSpec layer = image.Layers![l];
            if (_context.IsBroken(layer))
            {
                continue;
            }

            if (layer is { Content: LayerContent.SmallFiles, Files: null })
            {
                Error(layer, "content", _context.PathOfItem(path, image.Layers, l), new Finding("the content is smallFiles but the field \"files\" is missing", "how many files there are"));
            }

            if (layer.Id is not null && !layersById.TryAdd(layer.Id, layer) && layersById[layer.Id] != layer)
            {
                ImageLayerSpec first = layersById[layer.Id];
                SourcePosition where = _context.PositionOf(first, "id");
                string difference = first.Size != layer.Size ? $"{layer.Size} here, {first.Size}" : "described otherwise";
                string place = where.Line > 0 ? $" in line {where.Line}" : " before";
                Error(layer, "id", _context.PathOfItem(path, image.Layers, l).Field("id"), new Finding($"the layer {Quote.Text(layer.Id)} is {difference}{place}", "the same layer under one id, or another id"));
            }
        }
    }

    private void CheckTimeline()
    {
        IReadOnlyList<TimelineEntry> timeline = _scenario.Spec.Timeline;
        SimTime duration = _scenario.Spec.Duration;
        var nodes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (NodePoolSpec pool in Pools.Where(p => p.Name is not null))
        {
            nodes.TryAdd(pool.Name, pool.Count);
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
                applied.Add((manifest.Kind, manifest.Metadata.NamespaceProperty + "/" + manifest.Metadata.Name));
            }

            if (entry.Delete is { Name: not null } delete && !_context.IsBroken(delete))
            {
                string name = delete.Namespace + "/" + delete.Name;
                var known = applied.Where(a => a.Kind == delete.Kind.ToString()).Select(a => a.Name).Distinct(StringComparer.Ordinal).ToList();
                if (!known.Contains(name, StringComparer.Ordinal))
                {
                    Error(delete, "name", path.Field("delete").Field("name"), new Finding(
                        $"no {delete.Kind} {Quote.Text(name)} has been applied by then",
                        known.Count == 0 ? null : string.Join(", ", known),
                        Nearest.Of(name, known)));
                }
            }

            CheckFault(entry, path.Field("fault"), pools, registries);
            CheckScaling(entry.AddNodes, 1, path.Field("addNodes"), pools, nodes);
            CheckScaling(entry.RemoveNodes, -1, path.Field("removeNodes"), pools, nodes);
        }
    }

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
            return;
        }

        YamlNode node = _context.NodeOf(manifest);
        bool valid = true;
        foreach ((string field, string message) in _validate?.Invoke(manifest) ?? [])
        {
            valid = false;
            _context.Problems.Error(FieldLocator.Find(node, field), field.Length == 0 ? message : field + ": " + message);
        }

        if (valid && manifest is ImagePullJob job)
        {
            CheckImage(job.Spec.Image, FieldLocator.Find(node, "spec.image"), FieldPath.Root.Field("spec").Field("image"));
        }
    }

    private void CheckImage(string reference, SourcePosition at, FieldPath path)
    {
        if (_images.Find(reference) is null)
        {
            IReadOnlyList<string> names = _images.Names;
            string allowed = names.Count == 0 ? "images listed under spec.registries, which lists none" : List(names);
            _context.Error(at, path, new Finding($"the image {Quote.Text(reference)} is in no registry of the scenario", allowed, Nearest.Of(reference, names)));
        }
    }

    private void CheckExpectations()
    {
        var jobs = _scenario.Spec.Timeline.SelectMany(e => e.Apply?.Objects ?? []).OfType<ImagePullJob>()
            .Select(job => (job.Metadata.NamespaceProperty, job.Metadata.Name)).Where(job => job.Name is not null).Distinct().ToList();
        var jobNames = jobs
            .Select(job => jobs.Count(other => other.Name == job.Name) > 1 ? job.NamespaceProperty + "/" + job.Name : job.Name)
            .ToList();
        var registries = _scenario.Spec.Registries.Select(r => r.Name).OfType<string>().ToList();
        for (int i = 0; i < _scenario.Spec.Expect.Count; i++)
        {
            Expectation expectation = _scenario.Spec.Expect[i];
            FieldPath path = _context.PathOfItem(_spec.Field("expect"), _scenario.Spec.Expect, i);
            if (expectation.Min > expectation.Max)
            {
                Error(expectation, "max", path.Field("max"), new Finding($"the greatest value, {expectation.Max}, is less than the least, {expectation.Min}", "min up to max"));
            }

            if (expectation.Metric is null)
            {
                continue;
            }

            (Metric Metric, string? Placeholder, string? Value)? found = MetricCatalog.Find(expectation.Metric);
            if (found is null)
            {
                var names = MetricCatalog.Names(jobNames, registries).ToList();
                Error(expectation, "metric", path.Field("metric"), new Finding(
                    $"unknown metric {Quote.Text(expectation.Metric)}", Metrics(expectation.Metric), Nearest.Of(expectation.Metric, names)));
            }
            else if (found.Value.Placeholder is { } placeholder)
            {
                (string what, List<string> known) = placeholder == MetricCatalog.JobPlaceholder ? ("job", jobNames) : ("registry", registries);
                if (!known.Contains(found.Value.Value!, StringComparer.Ordinal))
                {
                    Error(expectation, "metric", path.Field("metric"), Unknown(what, found.Value.Value!, known));
                }
            }
        }
    }

    // The metrics of the family that the name begins with; else the families.
    private static string Metrics(string name)
    {
        static string Family(string metric) => metric.Split('.')[0];
        var family = MetricCatalog.All.Where(m => Family(m.Pattern) == Family(name)).Select(m => m.Pattern).ToList();
        return family.Count > 0
            ? string.Join(", ", family)
            : string.Join(", ", MetricCatalog.All.Select(m => Family(m.Pattern) == m.Pattern ? m.Pattern : Family(m.Pattern) + ".*").Distinct(StringComparer.Ordinal));
    }

    private void CheckUnique<T>(IReadOnlyList<T> items, Func<T, string?> key, string field, FieldPath path, string what)
        where T : class
    {
        var first = new Dictionary<string, T>(StringComparer.Ordinal);
        for (int i = 0; i < items.Count; i++)
        {
            if (key(items[i]) is { } name && !first.TryAdd(name, items[i]))
            {
                SourcePosition other = _context.PositionOf(first[name], field);
                string where = other.Line > 0 ? $"; it stands in line {other.Line} already" : "";
                Error(items[i], field, _context.PathOfItem(path, items, i).Field(field), new Finding($"there are two of the {what} {Quote.Text(name)}{where}", "names that differ"));
            }
        }
    }

    private static Finding Unknown(string what, string name, List<string> known) => new(
        $"there is no {what} {Quote.Text(name)}",
        known.Count == 0 ? $"nothing: the scenario has no {what}" : List(known),
        Nearest.Of(name, known));

    private static string List(IReadOnlyList<string> names)
    {
        const int most = 12;
        return string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");
    }

    private void Error(object record, string field, FieldPath path, Finding finding) => _context.Error(_context.PositionOf(record, field), path, finding);

    private void Warn(object record, string field, FieldPath path, string message) =>
        _context.Problems.Warn(_context.PositionOf(record, field), $"{path}: {message}");
}

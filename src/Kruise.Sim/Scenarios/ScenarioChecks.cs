using Kruise.Core.ImagePull;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

/// <summary>What a field alone cannot show: names that refer to nothing, names given twice, figures that contradict each other.</summary>
/// <remarks>Runs on records whose broken fields hold defaults; a required text that was missing or wrong is null here, whatever its type says.</remarks>
internal sealed partial class ScenarioChecks
{
    private readonly BindContext _context;
    private readonly Scenario _scenario;
    private readonly ManifestValidator? _validate;
    private readonly ImageLookup _images;
    private readonly IReadOnlyList<ContainerBehaviourSpec> _behaviours;
    private readonly FieldPath _spec = FieldPath.Root.Field("spec");

    private ScenarioChecks(Scenario scenario, BindContext context, ManifestValidator? validate)
    {
        _scenario = scenario;
        _context = context;
        _validate = validate;
        _images = new ImageLookup(scenario.Spec.Registries);
        _behaviours = ContainerBehaviours.BySpecificity(scenario.Spec.Containers);
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
        checks.CheckBehaviours();
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
        CheckNamespaces(cluster);
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

            CheckShare(pool.Daemon, "absent", at.Field("daemon"), pool.Daemon.Absent, pool.Count);
            CheckShare(pool.Daemon, "dead", at.Field("daemon"), pool.Daemon.Dead, pool.Count);
            CheckKubelet(pool, at);
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

    private void CheckExpectations()
    {
        MetricScope scope = MetricScopes.Of(_scenario.Spec);
        for (int i = 0; i < _scenario.Spec.Expect.Count; i++)
        {
            Expectation expectation = _scenario.Spec.Expect[i];
            FieldPath path = _context.PathOfItem(_spec.Field("expect"), _scenario.Spec.Expect, i);
            if (expectation.Min > expectation.Max)
            {
                Error(expectation, "max", path.Field("max"), new Finding($"the greatest value, {expectation.Max}, is less than the least, {expectation.Min}", "min up to max"));
            }

            CheckSeeds(expectation, path);
            if (expectation.Metric is null)
            {
                continue;
            }

            if (MetricFindings.Of(expectation.Metric, scope) is { } wrong)
            {
                Error(expectation, "metric", path.Field("metric"), wrong);
            }
        }
    }

    private void CheckSeeds(Expectation expectation, FieldPath path)
    {
        if (expectation is { Share: not null, Quantile: not null })
        {
            Error(expectation, "quantile", path.Field("quantile"), new Finding("an expectation is of a share of the seeds or of a quantile over them, not of both", "share or quantile"));
        }

        if (expectation.Confidence.Value is not (> 0 and < 1))
        {
            Error(expectation, "confidence", path.Field("confidence"), new Finding($"{expectation.Confidence} is not a confidence", "more than 0% and less than 100%"));
        }

        if (!expectation.IsOverSeeds && _context.IsGiven(expectation, "confidence"))
        {
            Error(expectation, "confidence", path.Field("confidence"), new Finding("what every seed must meet needs no confidence", "share or quantile beside it"));
        }

        foreach ((string field, Share? value) in new[] { ("share", expectation.Share), ("quantile", expectation.Quantile) })
        {
            if (value is { Value: <= 0 or >= 1 })
            {
                Error(expectation, field, path.Field(field), new Finding($"{value} of the seeds", "more than 0% and less than 100%; what every seed must meet has neither share nor quantile"));
            }
        }
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

    private static Finding Unknown(string what, string name, List<string> known) => MetricFindings.Unknown(what, name, known);

    private static string List(IReadOnlyList<string> names) => MetricFindings.List(names);

    private void Error(object record, string field, FieldPath path, Finding finding) => _context.Error(_context.PositionOf(record, field), path, finding);

    private void Warn(object record, string field, FieldPath path, string message) =>
        _context.Problems.Warn(_context.PositionOf(record, field), $"{path}: {message}");
}

using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim;

/// <summary>Turns what a scenario says into the parameters of the models.</summary>
internal static class WorldBuilder
{
    /// <summary>Unpacked over compressed bytes of text: the ratio at which text was measured (docs/fidelity.md).</summary>
    private const long TextRatio = 4;

    /// <summary>A pool's runtime: its preset, with the pool's own values in place.</summary>
    public static RuntimeParameters Runtime(NodePoolSpec pool)
    {
        RuntimeSpec spec = pool.Runtime;
        RuntimeParameters preset = spec.Preset switch
        {
            RuntimePreset.Containerd21 => RuntimePresets.Containerd21,
            RuntimePreset.Containerd12 => RuntimePresets.Containerd12,
            RuntimePreset.Docker2010 => RuntimePresets.Docker2010,
            _ => RuntimePresets.Containerd16,
        };
        return preset with
        {
            MaxConcurrentDownloads = spec.MaxConcurrentDownloads ?? preset.MaxConcurrentDownloads,
            UnpackIncompressibleBytesPerSecond = spec.Unpack?.BytesPerSecond ?? preset.UnpackIncompressibleBytesPerSecond,
            UnpackTextBytesPerSecond = spec.UnpackText?.BytesPerSecond ?? preset.UnpackTextBytesPerSecond,
            SecondsPerFile = spec.PerFileCost?.Seconds ?? preset.SecondsPerFile,
            CallLatency = spec.CallLatency is { } latency ? ControlPlaneSettings.Distribution(latency) : preset.CallLatency,
            PayloadShare = spec.PayloadShare ?? preset.PayloadShare,
            FixedSeconds = spec.FixedCost?.Seconds ?? preset.FixedSeconds,
            ConnectRoundTrips = spec.ConnectRoundTrips ?? preset.ConnectRoundTrips,
            LayerSeconds = spec.PerLayerCost?.Seconds ?? preset.LayerSeconds,
            UnpackStart = spec.UnpackAfterAll switch
            {
                null => preset.UnpackStart,
                true => UnpackStart.AllArrived,
                false => UnpackStart.LayerArrived,
            },
            RequestTimeout = spec.RequestTimeout ?? preset.RequestTimeout,
            Retry = preset.Retry with { HonoursRetryAfter = spec.HonoursRetryAfter ?? preset.Retry.HonoursRetryAfter },
            DiskWriteBytesPerSecond = pool.Disk.Write.BytesPerSecond,
        };
    }

    /// <summary>A pool's daemons, but for the clock, which each node has for itself.</summary>
    public static DaemonParameters Daemon(NodePoolSpec pool, LatencyDistribution watchDelay) => new(
        ControlPlaneSettings.Distribution(pool.Daemon.StartDelay),
        pool.Daemon.WatchDelay is { } own ? ControlPlaneSettings.Distribution(own) : watchDelay,
        SimTime.Zero);

    /// <summary>The registries with their images, added to the network.</summary>
    public static (ImageCatalog Catalog, IReadOnlyList<Registry> Registries) Images(ScenarioSpec spec, EventLoop loop, IFlowNetwork network)
    {
        var catalog = new ImageCatalog();
        var registries = new List<Registry>(spec.Registries.Count);
        foreach (RegistrySpec registrySpec in spec.Registries)
        {
            var registry = new Registry(Parameters(registrySpec), loop, network, RandomStream.Named(spec.Seed, "registry/" + registrySpec.Name));
            catalog.AddRegistry(registry);
            registries.Add(registry);
            foreach (RegistryImageSpec image in registrySpec.Images)
            {
                ImageReference parsed = ImageLookup.ReferenceIn(registrySpec.Name, image.Name)
                    ?? throw new InvalidOperationException($"{image.Name} is no image of the registry {registrySpec.Name}.");
                string reference = parsed.FamiliarReference;
                catalog.AddImage(registry, reference, [.. image.Layers.Select((layer, i) => Layer(catalog, reference, i, layer))]);
            }
        }

        return (catalog, registries);
    }

    /// <summary>The namespaces whose pods the pod webhook is not asked about.</summary>
    public static IReadOnlySet<string> LeftOut(ClusterSpec cluster) =>
        cluster.Namespaces.Where(n => n.Labels.ContainsKey(SidecarSetKeys.ControlPlane)).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>A request limit of a registry or of a fault.</summary>
    public static RequestLimitParameters RequestLimit(double requestsPerSecond, int burst, CountedRequestKind counted, SimTime? retryAfter) => new()
    {
        RequestsPerSecond = requestsPerSecond,
        Burst = burst,
        Counted = counted == CountedRequestKind.All ? CountedRequests.All : CountedRequests.Manifests,
        RetryAfter = retryAfter,
    };

    private static ImageLayer Layer(ImageCatalog catalog, string image, int index, ImageLayerSpec spec)
    {
        ContentKind content = spec.Content switch
        {
            LayerContent.Text => ContentKind.Text,
            LayerContent.SmallFiles => ContentKind.SmallFiles,
            _ => ContentKind.Incompressible,
        };
        return catalog.AddLayer(
            spec.Id ?? FormattableString.Invariant($"{image}#{index}"),
            spec.Size.Bytes,
            spec.Uncompressed?.Bytes ?? (content == ContentKind.Text ? TextRatio * spec.Size.Bytes : spec.Size.Bytes),
            content,
            spec.Files);
    }

    private static RegistryParameters Parameters(RegistrySpec spec) => new()
    {
        Name = spec.Name,
        EgressBytesPerSecond = spec.Egress?.BytesPerSecond ?? double.PositiveInfinity,
        PerConnectionBytesPerSecond = spec.PerConnection?.BytesPerSecond ?? double.PositiveInfinity,
        RoundTrip = spec.RoundTrip,
        ServerLatency = ControlPlaneSettings.Distribution(spec.Latency),
        Token = spec.Token is { } token ? new TokenParameters { Latency = ControlPlaneSettings.Distribution(token.Latency) } : null,
        RequestLimit = spec.Requests is { } limit
            ? RequestLimit(limit.Rate, limit.Burst, limit.Counted, limit.RetryAfter)
            : null,
        ErrorRate = spec.ErrorRate,
        Sharing = spec.Sharing.Kind == SharingKind.Fifo ? EgressSharing.Fifo : EgressSharing.Fair,
        FifoSpread = spec.Sharing.Spread ?? RegistryParameters.MeasuredFifoSpread,
        FifoEfficiency = spec.Sharing.Efficiency ?? RegistryParameters.MeasuredFifoEfficiency,
    };
}

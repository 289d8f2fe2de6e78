using k8s.Models;
using Kruise.Core.ImagePull;

namespace Kruise.Live.Snapshots;

/// <summary>What the simulator models of one node.</summary>
internal sealed record NodeFacts
{
    /// <summary>Keys by which clouds and installers name the group that a node was made for, the most telling first.</summary>
    public static readonly IReadOnlyList<string> PoolLabels =
    [
        "cloud.google.com/gke-nodepool", "eks.amazonaws.com/nodegroup", "kubernetes.azure.com/agentpool", "karpenter.sh/nodepool", "node.cluster.x-k8s.io/pool",
        "node.kubernetes.io/instance-type",
    ];

    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private const string HostLabel = "kubernetes.io/hostname";
    private const string OldZoneLabel = "failure-domain.beta.kubernetes.io/zone";

    // The node's state of the moment, which controllers write: whether a pool has it is not for a scenario to say.
    private static readonly string[] _stateTaints = ["node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "ToBeDeletedByClusterAutoscaler", "DeletionCandidateOfClusterAutoscaler"];

    public required string Name { get; init; }

    /// <summary>Without the node's own name and zone, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Null for none.</summary>
    public string? Zone { get; init; }

    /// <summary>Cores for pods; null when the node does not say.</summary>
    public decimal? Cpu { get; init; }

    /// <summary>Bytes for pods; null when the node does not say.</summary>
    public decimal? Memory { get; init; }

    public int? Pods { get; init; }

    /// <summary>Key, value, effect, in order; without those of the node's state.</summary>
    public required IReadOnlyList<(string Key, string Value, string Effect)> Taints { get; init; }

    public required bool IsUnschedulable { get; init; }

    public required bool IsReady { get; init; }

    /// <summary>As the kubelet says it: <c>amd64</c>; empty when it says none.</summary>
    public required string Architecture { get; init; }

    /// <summary>The images that the kubelet lists (the largest fifty or so), by one name each.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>What nodes of a pool have in common besides their memory, of which like machines have slightly different amounts.</summary>
    public string Group => string.Join('\n',
    [
        .. Labels.Select(label => $"{label.Key}={label.Value}"), Zone ?? "", $"{Cpu}", Memory is null ? "" : "memory", $"{Pods}",
        .. Taints.Select(taint => $"{taint.Key}={taint.Value}:{taint.Effect}"), IsUnschedulable ? "cordoned" : "", Architecture,
    ]);

    public static NodeFacts Of(V1Node node)
    {
        IDictionary<string, string> labels = node.Metadata.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal);
        return new NodeFacts
        {
            Name = node.Metadata.Name,
            Labels = [.. labels.Where(label => label.Key is not (HostLabel or ZoneLabel or OldZoneLabel)).OrderBy(label => label.Key, StringComparer.Ordinal)],
            Zone = labels.TryGetValue(ZoneLabel, out string? zone) || labels.TryGetValue(OldZoneLabel, out zone) ? zone : null,
            Cpu = Quantity(node, "cpu"),
            Memory = Quantity(node, "memory"),
            Pods = Quantity(node, "pods") is { } pods ? (int)Math.Min(int.MaxValue, pods) : null,
            Taints =
            [
                .. (node.Spec?.Taints ?? [])
                    .Where(taint => !Array.Exists(_stateTaints, state => taint.Key.StartsWith(state, StringComparison.Ordinal)))
                    .Select(taint => (taint.Key, taint.Value ?? "", taint.Effect))
                    .Order(),
            ],
            IsUnschedulable = node.Spec?.Unschedulable == true,
            IsReady = node.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true,
            Architecture = node.Status?.NodeInfo?.Architecture is { } architecture && architecture.All(IsOfName) ? architecture : "",
            Images = [.. (node.Status?.Images ?? []).Select(image => NameOf(image.Names ?? [])).Where(name => name is not null).Select(name => name!)],
        };
    }

    // A kubelet may write any text there.
    private static bool IsOfName(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_';

    // A tag tells a reader more than a digest.
    private static string? NameOf(IList<string> names)
    {
        List<ImageReference> known = [.. names.Select(name => ImageReference.TryParse(name, out ImageReference? reference, out _) ? reference : null).OfType<ImageReference>()];
        return (known.Find(reference => !reference.IsDigest) ?? known.FirstOrDefault())?.FamiliarReference;
    }

    private static decimal? Quantity(V1Node node, string resource) =>
        (node.Status?.Allocatable ?? node.Status?.Capacity) is { } amounts && amounts.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : null;
}

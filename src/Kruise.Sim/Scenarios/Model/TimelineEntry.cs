using k8s;
using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>Something that happens at a moment: exactly one of the actions is not null.</summary>
[ExactlyOneOf("apply", "delete", "fault", "addNodes", "removeNodes")]
internal sealed record TimelineEntry
{
    [Field("When, from the start of the run.", Min = 0, Max = 31_536_000)]
    public required SimTime At { get; init; }

    [Field("Kubernetes objects to create or update: a manifest's path relative to this file, an object, or a list of both.")]
    public ApplyAction? Apply { get; init; }

    [Field("An object to delete.")]
    public DeleteAction? Delete { get; init; }

    [Field("Something that breaks, and for how long.")]
    public Fault? Fault { get; init; }

    [Field("Nodes that join a pool.")]
    public ScalePoolAction? AddNodes { get; init; }

    [Field("Nodes that leave a pool, the newest first.")]
    public ScalePoolAction? RemoveNodes { get; init; }
}

/// <summary>Objects to create or update, in order. They carry no defaults that a cluster's admission would set, except the namespace.</summary>
internal sealed record ApplyAction(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects);

/// <summary>Kinds that manifests may have and the timeline may delete.</summary>
internal enum ManifestKind
{
    [Word("ImagePullJob", "apps.kruise.io/v1alpha1")]
    ImagePullJob,

    [Word("Secret", "v1")]
    Secret,
}

internal sealed record DeleteAction
{
    [Field("The object's kind.")]
    public required ManifestKind Kind { get; init; }

    [Field("The object's name.", Format = TextFormat.DnsSubdomain)]
    public required string Name { get; init; }

    [Field("The object's namespace.", Format = TextFormat.DnsLabel)]
    public string Namespace { get; init; } = "default";
}

internal sealed record ScalePoolAction
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many nodes.", Min = 1, Max = 1_000_000)]
    public required int Count { get; init; }
}

/// <summary>Something that breaks for a while.</summary>
[Form("outage", typeof(RegistryOutage), "The registry answers nothing.")]
[Form("slow", typeof(RegistrySlowdown), "The registry sends at a fraction of its rates.")]
[Form("errors", typeof(RegistryErrors), "The registry fails a share of requests.")]
[Form("rateLimit", typeof(RegistryRateLimit), "The registry answers no more than so many requests per second.")]
[Form("daemonDown", typeof(DaemonOutage), "Daemons of a pool stop and start again.")]
internal abstract record Fault
{
    [Field("How long; 0s for not at all.", WhenAbsent = "until the end of the run", Min = 0, Max = 31_536_000)]
    public SimTime? For { get; init; }
}

internal abstract record RegistryFault : Fault
{
    [Field("The registry's name.")]
    public required string Registry { get; init; }
}

/// <summary>How a registry that is away looks from a node.</summary>
internal enum OutageMode
{
    [Word("refuse", "Connections are refused at once; those that exist break.")]
    Refuse,

    [Word("hang", "Connections and transfers stall without an answer.")]
    Hang,
}

internal sealed record RegistryOutage : RegistryFault
{
    [Field("How it looks from a node.")]
    public OutageMode Mode { get; init; } = OutageMode.Refuse;
}

internal sealed record RegistrySlowdown : RegistryFault
{
    [Field("What the egress and each connection are divided by.", Min = 1, Max = 1e9)]
    public required double Factor { get; init; }
}

internal sealed record RegistryErrors : RegistryFault
{
    [Field("The share of requests that fail with 500 Internal Server Error.", Min = 0, AboveMin = true, Max = 1)]
    public required double Rate { get; init; }
}

internal sealed record RegistryRateLimit : RegistryFault
{
    [Field("Requests per second that are answered; others get 429 Too Many Requests.", Min = 0, AboveMin = true, Max = 1e9)]
    public required double Rate { get; init; }

    [Field("Requests that may come at once.", Min = 1, Max = 1_000_000_000)]
    public int Burst { get; init; } = 1;

    [Field("Which requests are counted.")]
    public CountedRequestKind Counted { get; init; } = CountedRequestKind.Manifests;

    [Field("The Retry-After of the answer 429.", WhenAbsent = "the time until a request could succeed", Min = 0, Max = 86_400)]
    public SimTime? RetryAfter { get; init; }
}

internal sealed record DaemonOutage : Fault
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many of the daemons that run then, as a number or a percentage.")]
    public CountOrPercent Count { get; init; } = CountOrPercent.OfPercent(100);
}

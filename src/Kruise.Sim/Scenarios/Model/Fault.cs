using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>Something that breaks for a while.</summary>
[Form("outage", typeof(RegistryOutage), "The registry answers nothing.")]
[Form("slow", typeof(RegistrySlowdown), "The registry sends at a fraction of its rates.")]
[Form("errors", typeof(RegistryErrors), "The registry fails a share of requests.")]
[Form("rateLimit", typeof(RegistryRateLimit), "The registry answers no more than so many requests per second.")]
[Form("daemonDown", typeof(DaemonOutage), "Daemons of a pool stop and start again.")]
[Form("nodeOutage", typeof(NodeOutage), "Nodes of a pool fall silent, kubelet, containers and daemon, and come back.")]
[Form("slowNodes", typeof(NodeSlowdown), "Nodes of a pool are slow.")]
[Form("webhookDown", typeof(WebhookDown), "Kruise's webhooks answer nothing: pods are dealt with as controlPlane.webhook.failurePolicy says, writes of Kruise's own kinds are refused.")]
[Form("webhookSlow", typeof(WebhookSlow), "Kruise's webhooks are slow, those of its own kinds too.")]
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

internal sealed record NodeOutage : Fault
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many of the nodes that are well then, drawn at random, as a number or a percentage.")]
    public required CountOrPercent Count { get; init; }
}

internal sealed record NodeSlowdown : Fault
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many of the nodes, drawn at random, as a number or a percentage.")]
    public required CountOrPercent Count { get; init; }

    [Field("What their latencies of kubelet and runtime are multiplied by.", Min = 1, Max = 1000)]
    public required double Factor { get; init; }
}

internal sealed record WebhookDown : Fault
{
    [Field("How it looks from the API server.")]
    public OutageMode Mode { get; init; } = OutageMode.Refuse;
}

[AtLeastOneOf("factor", "added")]
internal sealed record WebhookSlow : Fault
{
    [Field("What the time of each call is multiplied by.", WhenAbsent = "1", Min = 1, Max = 1e6)]
    public double? Factor { get; init; }

    [Field("What each call takes longer. A call that takes longer than controlPlane.webhook.timeout has failed.", WhenAbsent = "0s", Min = 0, AboveMin = true, Max = 3600)]
    public SimTime? Added { get; init; }
}

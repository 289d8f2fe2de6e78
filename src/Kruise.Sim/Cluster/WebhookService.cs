using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>How the webhooks are reached, and what becomes of pods when they are not.</summary>
internal sealed record WebhookSettings
{
    /// <summary>From the API server's call of a webhook to its answer: measured of our own webhooks on two cores at 200 calls a second (docs/performance.md).</summary>
    public LatencyDistribution Latency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(2.3), SimTime.FromMilliseconds(4.8));

    /// <summary>How long the API server waits for an answer: <c>timeoutSeconds</c> of v0.8.0's chart.</summary>
    public SimTime Timeout { get; init; } = SimTime.FromSeconds(30);

    /// <summary>
    /// Whether a pod is made without its sidecars when its webhook does not answer (<c>failurePolicy: Ignore</c>, as v0.8.0's chart has it). All other kinds are
    /// refused then, always.
    /// </summary>
    public bool PodsMayPass { get; init; } = true;
}

/// <summary>How webhooks that are down look from the API server.</summary>
internal enum WebhookOutage
{
    /// <summary>No endpoint is there: a call fails at once.</summary>
    Refuse,

    /// <summary>Nothing answers: a call fails when its time is over.</summary>
    Hang,
}

/// <summary>What becomes of a call.</summary>
/// <param name="After">How long it takes.</param>
/// <param name="Outage">How it fails; null when it is answered.</param>
internal readonly record struct WebhookCall(SimTime After, WebhookOutage? Outage);

/// <summary>The network between the API server and the webhooks, with what is wrong with it. What becomes of a call is settled when it is made.</summary>
internal sealed class WebhookService(EventLoop loop, WebhookSettings settings, RandomStream random)
{
    private readonly List<Disturbance> _disturbances = [];

    public WebhookSettings Settings { get; } = settings;

    /// <summary>Whether webhooks are down or slow now.</summary>
    public bool IsDisturbed
    {
        get
        {
            _disturbances.RemoveAll(d => d.Until <= loop.Now);
            return _disturbances.Count > 0;
        }
    }

    /// <summary>No call is answered until then.</summary>
    public void Down(WebhookOutage outage, SimTime until) => _disturbances.Add(new Disturbance(until, outage, 1, SimTime.Zero));

    /// <summary>Answers take so many times as long, and so much longer, until then.</summary>
    public void Slow(double factor, SimTime added, SimTime until) => _disturbances.Add(new Disturbance(until, null, factor, added));

    /// <summary>What becomes of a call that is made now.</summary>
    public WebhookCall Call()
    {
        double factor = 1;
        SimTime added = SimTime.Zero;
        if (IsDisturbed)
        {
            foreach (Disturbance disturbance in _disturbances)
            {
                if (disturbance.Outage is { } outage)
                {
                    return new WebhookCall(outage == WebhookOutage.Hang ? Settings.Timeout : SimTime.Zero, outage);
                }

                factor *= disturbance.Factor;
                added += disturbance.Added;
            }
        }

        SimTime drawn = Settings.Latency.Sample(random);
        SimTime takes = added + (factor == 1 ? drawn : new SimTime((long)Math.Round(drawn.Nanoseconds * factor)));
        return takes > Settings.Timeout ? new WebhookCall(Settings.Timeout, WebhookOutage.Hang) : new WebhookCall(takes, null);
    }

    /// <summary>
    /// The words of kube-apiserver (apiserver/pkg/admission/plugin/webhook: <c>ErrCallingWebhook</c> in an InternalError) for a call that failed: a service
    /// without endpoints, or a deadline that is over.
    /// </summary>
    public string Failure(string webhook, string path, WebhookOutage outage)
    {
        string cause = outage == WebhookOutage.Refuse ? "no endpoints available for service \"kruise-webhook-service\"" : "context deadline exceeded";
        string url = FormattableString.Invariant($"https://kruise-webhook-service.kruise-system.svc:443{path}?timeout={Settings.Timeout.Seconds:0.###}s");
        return $"Internal error occurred: failed calling webhook \"{webhook}\": failed to call webhook: Post \"{url}\": {cause}";
    }

    private sealed record Disturbance(SimTime Until, WebhookOutage? Outage, double Factor, SimTime Added);
}

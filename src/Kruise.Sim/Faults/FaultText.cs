using System.Globalization;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Faults;

/// <summary>Faults in words, for the marks on plots.</summary>
internal static class FaultText
{
    public static string Describe(Fault fault) => fault switch
    {
        RegistryOutage outage => $"{outage.Registry} {(outage.Mode == OutageMode.Hang ? "hangs" : "refuses connections")}",
        RegistrySlowdown slow => string.Create(CultureInfo.InvariantCulture, $"{slow.Registry} slower by {slow.Factor:0.##}"),
        RegistryErrors errors => string.Create(CultureInfo.InvariantCulture, $"{errors.Registry} fails {errors.Rate:0.##%} of requests"),
        RegistryRateLimit limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Registry} limited to {limit.Rate:0.##} requests/s"),
        DaemonOutage daemons => $"{daemons.Count} daemons of {daemons.Pool} down",
        NodeOutage nodes => $"{nodes.Count} nodes of {nodes.Pool} down",
        NodeSlowdown slow => string.Create(CultureInfo.InvariantCulture, $"{slow.Count} nodes of {slow.Pool} slower by {slow.Factor:0.##}"),
        WebhookDown down => down.Mode == OutageMode.Hang ? "webhooks hang" : "webhooks refuse connections",
        WebhookSlow { Added: null } slow => string.Create(CultureInfo.InvariantCulture, $"webhooks slower by {slow.Factor:0.##}"),
        WebhookSlow { Factor: null } slow => $"webhooks slower by {UnitText.Format(slow.Added.Value)}",
        WebhookSlow slow => string.Create(CultureInfo.InvariantCulture, $"webhooks slower by {slow.Factor:0.##} and {UnitText.Format(slow.Added.Value)}"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "An unknown fault."),
    };
}

using Kruise.Core.Features;

namespace Kruise.Live.Cli;

/// <summary>Reads feature gates from the flag and the environment, as upstream's do.</summary>
internal static class FeatureGateText
{
    /// <summary>An old list of kinds, separated by commas: without SidecarSet in it the default of PodWebhook is off.</summary>
    public const string CustomResourceEnable = "CUSTOM_RESOURCE_ENABLE";

    private const string Flag = "--feature-gates";
    private const string AllAlpha = "AllAlpha";
    private const string AllBeta = "AllBeta";

    /// <summary>What may stand before the equals sign, for help and messages. Both gates are beta.</summary>
    public static string Known => $"{nameof(FeatureGates.PodWebhook)}, {nameof(FeatureGates.KruiseDaemon)}, {AllAlpha}, {AllBeta}";

    /// <summary>Gates from <c>PodWebhook=true,KruiseDaemon=false</c>.</summary>
    /// <param name="text">The flag's value; null or empty for the defaults.</param>
    /// <param name="customResourceEnable">The value of <see cref="CustomResourceEnable"/>; null when not set.</param>
    /// <exception cref="UserErrorException">A gate is unknown, or its value is no boolean.</exception>
    public static FeatureGates Parse(string? text, string? customResourceEnable = null)
    {
        var set = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = (equals < 0 ? part : part[..equals]).TrimEnd();
            if (name is not (nameof(FeatureGates.PodWebhook) or nameof(FeatureGates.KruiseDaemon) or AllAlpha or AllBeta))
            {
                throw new UserErrorException(ExitCode.BadInput, $"{Flag}: unknown feature gate '{name}'; known: {Known}");
            }

            string value = equals < 0 ? "" : part[(equals + 1)..].TrimStart();
            set[name] = ParseBoolean(value)
                ?? throw new UserErrorException(ExitCode.BadInput, $"{Flag}: '{value}' is no value for {name}; allowed: true or false, as in {name}=true");
        }

        FeatureGates gates = FeatureGates.Default with { PodWebhook = !IsWithoutSidecarSet(customResourceEnable) };
        if (set.TryGetValue(AllBeta, out bool all))
        {
            gates = gates with { PodWebhook = all, KruiseDaemon = all };
        }

        // A gate that is named goes before AllBeta, wherever it stands.
        return gates with
        {
            PodWebhook = set.GetValueOrDefault(nameof(FeatureGates.PodWebhook), gates.PodWebhook),
            KruiseDaemon = set.GetValueOrDefault(nameof(FeatureGates.KruiseDaemon), gates.KruiseDaemon),
        };
    }

    private static bool IsWithoutSidecarSet(string? kinds) =>
        !string.IsNullOrWhiteSpace(kinds) && !kinds.Split(',', StringSplitOptions.TrimEntries).Contains("SidecarSet", StringComparer.Ordinal);

    // Go's spellings.
    private static bool? ParseBoolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}

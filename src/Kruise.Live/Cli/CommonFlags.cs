using System.CommandLine;
using Kruise.Core.ImagePull;

namespace Kruise.Live.Cli;

/// <summary>Flags that several verbs have.</summary>
internal static class CommonFlags
{
    public static Option<string?> Kubeconfig() => new("--kubeconfig")
    {
        Description = "The cluster; else KUBECONFIG, else the pod's service account, else ~/.kube/config.",
        HelpName = "FILE",
    };

    public static Option<string?> Context() => new("--context") { Description = "A context of the kubeconfig other than its current one.", HelpName = "NAME" };

    public static Option<ImagePullTiming?> Preset() => new("--preset")
    {
        Description = "Pace and limits: 'default', or 'openkruise-0.8' for upstream's polling, limits and workers. Single flags go before it.",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "default":
                    return ImagePullTiming.Default;
                case "openkruise-0.8":
                    return ImagePullTiming.OpenKruise08;
                default:
                    result.AddError($"--preset {result.Tokens[0].Value}: unknown; allowed: default, openkruise-0.8.");
                    return null;
            }
        },
        HelpName = "default|openkruise-0.8",
    };

    public static Option<string?> FeatureGates() => new("--feature-gates") { Description = $"Gates to set: {FeatureGateText.Known}.", HelpName = "NAME=BOOL,..." };

    public static Option<string?> Verbosity() => new("--v", "-v") { Description = "klog's verbosity: 0 to 3 informs, 4 and 5 debug, more traces.", HelpName = "N" };

    public static Option<string?> LogLevel() => new("--log-level") { Description = "trace, debug, info, warn, error or none; goes before --v.", HelpName = "LEVEL" };

    public static Option<string?> LogFormat() => new("--log-format") { Description = "text or json; json in a cluster unless said.", HelpName = "FORMAT" };

    /// <summary>An option whose value must be above zero.</summary>
    public static Option<T?> Positive<T>(string name, string description, string helpName = "N")
        where T : struct, System.Numerics.INumber<T>
    {
        var option = new Option<T?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<T?>() is { } value && value <= T.Zero)
            {
                result.AddError($"{name} {result.Tokens[0].Value}: must be above 0.");
            }
        });
        return option;
    }
}

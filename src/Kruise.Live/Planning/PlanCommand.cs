using System.CommandLine;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Manager;

namespace Kruise.Live.Planning;

/// <summary>The verb <c>kruise plan</c>.</summary>
internal static class PlanCommand
{
    private const string Table = "table";
    private const string Json = "json";

    private static readonly Option<string?> _kubeconfig = CommonFlags.Kubeconfig();

    private static readonly Option<string?> _context = CommonFlags.Context();

    private static readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "Ask about the jobs, secrets and workloads of this namespace alone. Nodes belong to none and are asked about too; SidecarSets are not: they are about pods of all. [all]",
        HelpName = "NAMESPACE",
    };

    private static readonly Option<string[]> _controllers = new("--controller")
    {
        Description = "Ask these controllers alone: " + string.Join(", ", Names()) + ". [all]",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> _format = CommonFlags.OneOf("--output", $"How the plan is printed: {Table} or {Json}. [{Table}]", [Table, Json], "-o");

    private static readonly Option<ImagePullTiming?> _preset = CommonFlags.Preset();

    private static readonly Option<string?> _gates = CommonFlags.FeatureGates();

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var command = new Command(
            "plan",
            """
            Prints what every controller would write now, and writes nothing.

            Reads jobs, NodeImages, nodes, CloneSets, SidecarSets, pods, claims and revisions, and of the secrets only those that unfinished jobs name and the copies made
            for daemons; asks each controller once about each key, as a manager that has just started does. Needs to get and list what it reads and nothing
            else. What is in secrets is never shown.

            Examples:
              kruise plan
              kruise plan -n default --controller imagepulljob-controller
              kruise plan -o json | jq '.[] | select(.writes != [])'
            """) { _kubeconfig, _context, _namespace, _controllers, _format, _preset, _gates };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ImagePullTiming timing = parsed.GetValue(_preset) ?? ImagePullTiming.Default;
            FeatureGates gates = FeatureGateText.Parse(parsed.GetValue(_gates), Environment.GetEnvironmentVariable(FeatureGateText.CustomResourceEnable));
            IReconciler[] controllers = Choose(timing, gates, parsed.GetValue(_namespace), parsed.GetValue(_controllers) ?? []);
            using ClusterConnection connection = ClusterConnection.Open(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), readOnly: true);
            IReadOnlyList<KeyPlan> plans = await PlanAsync(connection, controllers, gates, parsed.GetValue(_namespace), errors, cancellationToken);
            if (parsed.GetValue(_format) == Json)
            {
                PlanJson.Write(output, plans);
                errors.WriteLine("kruise: " + PlanSummary.Of(plans));
            }
            else
            {
                PlanTable.Write(output, plans);
            }

            return ExitCode.Fine;
        });
        return command;
    }

    private static async Task<IReadOnlyList<KeyPlan>> PlanAsync(
        ClusterConnection connection, IReconciler[] controllers, FeatureGates gates, string? @namespace, TextWriter errors, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        var client = new ApiClient(connection, "kruise-plan", limiter: null, time);
        ObjectCache cache = await ClusterSnapshot.ReadAsync(client, controllers, @namespace, cancellationToken);
        if (Array.Exists(controllers, controller => controller is PullSecretReconciler)
            && await ClusterSnapshot.TryReadSecretsAsync(client, cache, cancellationToken) is { } refusal)
        {
            errors.WriteLine($"kruise: without pullsecret-controller, for it needs to read secrets: {refusal}");
            controllers = [.. controllers.Where(controller => controller is not PullSecretReconciler)];
        }

        return Planner.Ask(controllers, cache, gates, time.GetUtcNow().UtcDateTime, @namespace);
    }

    private static IReconciler[] Choose(ImagePullTiming timing, FeatureGates gates, string? @namespace, string[] names)
    {
        IReconciler[] all = [.. All(timing, gates, @namespace)];
        foreach (string name in names)
        {
            if (!Names().Contains(name, StringComparer.Ordinal))
            {
                throw new UserErrorException(ExitCode.BadInput, $"--controller {name}: there is no such controller; allowed: {string.Join(", ", Names())}");
            }

            if (@namespace is not null && !All(timing, FeatureGates.Default, @namespace).Any(controller => controller.Name == name))
            {
                throw new UserErrorException(ExitCode.BadInput, $"--controller {name}: needs the pods of all namespaces; leave --namespace out");
            }
        }

        return names.Length == 0 ? all : [.. all.Where(controller => names.Contains(controller.Name, StringComparer.Ordinal))];
    }

    private static IEnumerable<string> Names() => All(ImagePullTiming.Default, FeatureGates.Default, null).Select(controller => controller.Name);

    private static IEnumerable<IReconciler> All(ImagePullTiming timing, FeatureGates gates, string? @namespace) =>
        ControllerCatalog.Of(timing, ControllerCatalog.CloneSetsOf(timing), ControllerCatalog.SidecarSetsOf(timing), gates, @namespace)
            .Select(controller => controller.Reconciler);
}

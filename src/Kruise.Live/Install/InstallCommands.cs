using System.CommandLine;
using System.Text.Json.Nodes;
using Kruise.Live.Cli;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Install.Ownership;
using Kruise.Live.Install.Values;

namespace Kruise.Live.Install;

/// <summary>The verbs <c>kruise install</c> and <c>kruise uninstall</c>: YAML on the standard output and nothing else there; notes go to the errors.</summary>
internal static class InstallCommands
{
    private static readonly Option<string[]> _values = new("--values", "-f")
    {
        Description = "A YAML file of values, named as in OpenKruise's Helm chart; may be given more than once, the last one wins.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> _set = new("--set")
    {
        Description = "One value, after all files: manager.replicas=3, daemon.affinity='{...}' in JSON or YAML, manager.tolerations[0].key=x.",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<string?> _kubeconfig = CommonFlags.Kubeconfig();

    private static readonly Option<string?> _context = CommonFlags.Context();

    private static readonly Option<bool> _offline = new("--offline") { Description = "Ask no cluster whether another OpenKruise is installed." };

    private static readonly Option<bool> _keepCrds = new("--keep-crds")
    {
        Description = "Leave the CRDs, and with them all jobs, NodeImages and CloneSets, as they stand: a later installation goes on with them.",
    };

    public static IEnumerable<Command> All(TextWriter output, TextWriter errors)
    {
        var install = new Command(
            "install",
            """
            Prints everything that a cluster needs, ready for `kubectl apply -f -`.

            Before it prints, it asks the cluster that the kubeconfig names (read-only) whether another OpenKruise owns the CRDs or the webhook
            configurations, and refuses if so (exit code 4). Without a kubeconfig it says that it did not check, and prints. A cluster that cannot be
            reached is an error (exit code 3) unless --offline is given.

            Examples:
              kruise install | kubectl apply -f -
              kruise install --offline --values values.yaml --set manager.replicas=3 > kruise.yaml
              kruise install --set 'manager.nodeSelector={disk: ssd}'
            """) { _values, _set, _kubeconfig, _context, _offline };
        install.SetAction(async (parsed, cancellation) =>
        {
            JsonObject values = Values(parsed);
            IReadOnlyList<Manifest> manifests = InstallManifests.Render(values);
            await CheckAsync(parsed, manifests, errors, cancellation);
            SayUnpublished(values, manifests, errors);
            output.Write($"# kruise install {InstallValues.Version}\n" + InstallManifests.Join(manifests));
            return ExitCode.Fine;
        });

        var uninstall = new Command(
            "uninstall",
            """
            Prints the reverse of `kruise install`, ready for `kubectl delete -f -`. Give it the values of the installation.

            The order leaves jobs and nodes clean. First the webhook configurations, so that nothing is refused once nobody answers; then manager and
            daemons, which end their pulls and write nothing more; then the CRDs, and with them every ImagePullJob, NodeImage and CloneSet (nothing holds them
            back: there are no finalizers) and the pods and claims of CloneSets; last services, permissions, the namespaces and the copies of pull secrets
            in them. Images that were pulled stay on the nodes until the kubelet removes what is unused. Nothing was ever written to a Node object.

            With --keep-crds jobs, NodeImages, and CloneSets with their pods stay as they stand. To let the manager take unfinished pulls back first, delete
            the jobs while it runs: kubectl delete imagepulljobs --all --all-namespaces

            Like install, it refuses to touch another OpenKruise.

            Example:
              kruise uninstall | kubectl delete --ignore-not-found -f -
            """) { _values, _set, _kubeconfig, _context, _offline, _keepCrds };
        uninstall.SetAction(async (parsed, cancellation) =>
        {
            JsonObject values = Values(parsed);
            IReadOnlyList<Manifest> manifests = UninstallManifests.Of(
                InstallManifests.Render(values),
                values["installation"]!["namespace"]!.GetValue<string>(),
                parsed.GetValue(_keepCrds));
            await CheckAsync(parsed, manifests, errors, cancellation);
            output.Write($"# kruise uninstall {InstallValues.Version}\n" + InstallManifests.Join(manifests));
            return ExitCode.Fine;
        });
        return [install, uninstall];
    }

    private static async Task CheckAsync(ParseResult parsed, IEnumerable<Manifest> manifests, TextWriter errors, CancellationToken cancellationToken)
    {
        string? kubeconfig = parsed.GetValue(_kubeconfig);
        if (parsed.GetValue(_offline))
        {
            return;
        }

        if (kubeconfig is null && !ClusterConnection.IsConfigured())
        {
            errors.WriteLine("kruise: no kubeconfig: no cluster was asked whether another OpenKruise is installed");
            return;
        }

        using ClusterConnection connection = ClusterConnection.Open(kubeconfig, parsed.GetValue(_context));
        await ClusterOwnership.CheckAsync(connection, manifests, cancellationToken);
    }

    // Nobody publishes the images of the defaults: pods that name them never start, and whoever took their names in a public registry would be run by them.
    private static void SayUnpublished(JsonObject values, IEnumerable<Manifest> manifests, TextWriter errors)
    {
        JsonObject defaults = InstallValues.Defaults();
        string yaml = InstallManifests.Join(manifests);
        string[] unpublished =
        [
            .. new[] { "manager", "daemon" }.Where(program =>
                Repository(values, program) == Repository(defaults, program) && yaml.Contains(Repository(defaults, program) + ":", StringComparison.Ordinal)),
        ];
        if (unpublished.Length > 0)
        {
            errors.WriteLine(
                $"kruise: {string.Join(" and ", unpublished.Select(program => Repository(defaults, program)))} are names of images that nobody publishes: build yours "
                + $"(deploy/README.md) and give {string.Join(" and ", unpublished.Select(program => $"--set {program}.image.repository=..."))}");
        }
    }

    private static string Repository(JsonObject values, string program) => values[program]!["image"]!["repository"]!.GetValue<string>();

    private static JsonObject Values(ParseResult parsed)
    {
        JsonObject values = InstallValues.Defaults();
        foreach (string file in parsed.GetValue(_values) ?? [])
        {
            ValuesFile.Apply(file, Read(file), values);
        }

        foreach (string option in parsed.GetValue(_set) ?? [])
        {
            SetOption.Apply(option, values);
        }

        return values;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"--values {file}: cannot be read: {e.Message}");
        }
    }
}

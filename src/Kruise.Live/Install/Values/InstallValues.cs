using System.Text.Json.Nodes;

namespace Kruise.Live.Install.Values;

/// <summary>
/// Every value of an installation: OpenKruise v0.8.0's Helm values under their own names, and ours. The chart's values.yaml and values.schema.json,
/// <c>--values</c> and <c>--set</c> all follow this table.
/// </summary>
internal static class InstallValues
{
    private const string DnsLabel = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private const string Repository = "[a-z0-9]([-a-z0-9._/:]*[a-z0-9])?";
    private const string RepositoryAllowed = "an image name without a tag, such as registry.example/team/kruise";
    private const string Tag = @"[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}";
    private const string PodWebhook = "PodWebhook=(true|false)";
    private const string KruiseDaemon = "KruiseDaemon=(true|false)";

    public static string Version { get; } = typeof(InstallValues).Assembly.GetName().Version!.ToString(3);

    public static ValueGroup Root { get; } = new("", "",
    [
        new ValueGroup("crds", "The custom resource definitions.",
        [
            Flag("managed", "Whether the CRDs are part of the installation. False where something else brings them.", true),
        ]),
        new ValueField(
            "featureGates",
            "Feature gates, as Name=true|false joined by commas. KruiseDaemon=false leaves image warm-up and the daemons out; PodWebhook=false the webhook for pods, "
            + "and with it SidecarSets.",
            ValueKind.Text,
            "\"\"")
        {
            // Each at most once: the chart looks for "=false", the manager takes the last one.
            Pattern = $"({PodWebhook}(,{KruiseDaemon})?|{KruiseDaemon}(,{PodWebhook})?)?",
            Allowed = "PodWebhook=true|false and KruiseDaemon=true|false, each at most once, joined by a comma",
        },
        new ValueGroup("installation", "Where things are installed.",
        [
            new ValueField("namespace", "The namespace of manager and daemons.", ValueKind.Text, "\"kruise-system\"")
            {
                Pattern = DnsLabel,
                Allowed = "a namespace's name: at most 63 lower-case letters, digits and dashes",
            },
            Flag("createNamespace", "Whether that namespace is part of the installation. False where it exists and belongs to someone else.", true),
        ]),
        Manager(),
        new ValueGroup("webhookConfiguration", "How the API server calls the webhooks.",
        [
            new ValueGroup("failurePolicy", "What happens when a webhook does not answer.",
            [
                new ValueField("pods", "For pods that are being made: Ignore makes them without their sidecars, Fail refuses them. All other kinds are refused.", ValueKind.Choice, "\"Ignore\"")
                {
                    Names = ["Ignore", "Fail"],
                },
            ]),
            Count("timeoutSeconds", "How long the API server waits for a webhook, seconds.", 30, 1, 30),
        ]),
        Daemon(),
    ]);

    /// <summary>The defaults, as a tree of their own.</summary>
    public static JsonObject Defaults() => DefaultsOf(Root);

    private static ValueGroup Manager() => new("manager", "The controllers and webhooks.",
    [
        Log("How much the manager logs"),
        Count("replicas", "Managers; one leads, all serve webhooks.", 2, 0, 100),
        Image("images.kruise.invalid/kruise-manager", "The manager's image. None is published: build and push it from deploy/docker."),
        Port("webhook", "The webhook server.", 9876),
        Port("metrics", "Prometheus metrics.", 8080),
        Port("healthProbe", "/healthz and /readyz.", 8000),
        Resources("""{"limits":{"cpu":"100m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"256Mi"}}""", "The manager's resources."),
        new ValueField("nodeAffinity", "Node affinity of the managers.", ValueKind.Map, "{}")
        {
            Names = ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"],
        },
        new ValueField("nodeSelector", "Labels of the nodes that managers may run on.", ValueKind.TextMap, "{}"),
        new ValueField("tolerations", "Tolerations of the managers.", ValueKind.List, "[]"),
    ]);

    private static ValueGroup Daemon() => new("daemon", "The daemon on each node, which pulls.",
    [
        Log("How much the daemon logs"),
        Image("images.kruise.invalid/kruise-daemon", "The daemon's image. None is published: build and push it from deploy/docker."),
        Count("port", "/healthz and /metrics, on the node's address.", 10221, 1, 65535),
        new ValueField("socketLocation", "The directory on the node that holds the container runtime's socket.", ValueKind.Text, "\"/var/run\"")
        {
            Pattern = "/[-A-Za-z0-9._/]*",
            Allowed = "an absolute path of letters, digits and -._/",
        },
        Count("maxWorkersForPullImage", "Pulls at a time on a node.", 5, 1, 1000),
        Resources("""{"limits":{"cpu":"50m","memory":"64Mi"},"requests":{"cpu":"0","memory":"0"}}""", "The daemon's resources."),
        new ValueField("affinity", "Affinity of the daemons: which nodes have one.", ValueKind.Map, "{}")
        {
            Names = ["nodeAffinity", "podAffinity", "podAntiAffinity"],
        },
    ]);

    private static ValueField Flag(string name, string description, bool value) =>
        new(name, description, ValueKind.Flag, value ? "true" : "false");

    private static ValueField Count(string name, string description, int value, int minimum, int maximum) =>
        new(name, description, ValueKind.Count, value.ToString(System.Globalization.CultureInfo.InvariantCulture)) { Minimum = minimum, Maximum = maximum };

    private static ValueGroup Port(string name, string description, int port) =>
        new(name, description, [Count("port", "The port.", port, 1, 65535)]);

    private static ValueGroup Log(string description) => new("log", "Logging.",
    [
        new ValueField("level", description + ", as klog's verbosity: up to 3 informs, 4 and 5 debug, more traces.", ValueKind.Text, "\"3\"")
        {
            Pattern = "[0-9]{1,2}",
            Allowed = "a number from 0 to 99",
        },
    ]);

    private static ValueGroup Image(string repository, string description) => new("image", description,
    [
        new ValueField("repository", "Its name.", ValueKind.Text, $"\"{repository}\"") { Pattern = Repository, Allowed = RepositoryAllowed },
        new ValueField("tag", "Its tag.", ValueKind.Text, $"\"v{Version}\"") { Pattern = Tag, Allowed = "an image tag" },
    ]);

    private static ValueField Resources(string value, string description) =>
        new("resources", description, ValueKind.Map, value) { Names = ["limits", "requests", "claims"] };

    private static JsonObject DefaultsOf(ValueGroup group)
    {
        var values = new JsonObject();
        foreach (ValueEntry entry in group.Entries)
        {
            values[entry.Name] = entry is ValueGroup inner ? DefaultsOf(inner) : JsonNode.Parse(((ValueField)entry).Default);
        }

        return values;
    }
}

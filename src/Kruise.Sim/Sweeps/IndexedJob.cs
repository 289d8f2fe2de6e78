using System.Globalization;
using System.Text;
using k8s;
using k8s.Models;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Sweeps;

/// <summary>A Kubernetes Job that runs a sweep in parts: one pod for each, which knows its part by its completion index, and a ConfigMap with the scenario's files.</summary>
internal static class IndexedJob
{
    /// <summary>What a ConfigMap may hold, less some room for its names (1 MiB is the API server's limit).</summary>
    private const int MostBytes = 1_000_000;

    private const string Inputs = "/sweep";

    private const string Results = "/results";

    /// <summary>Where the Job runs.</summary>
    /// <param name="File">The scenario file, as the user names it.</param>
    /// <param name="Image">The container image.</param>
    /// <param name="Claim">The PersistentVolumeClaim for results; null to leave them in the pods' logs.</param>
    /// <param name="Parts">Pods.</param>
    internal sealed record Place(string File, string Image, string? Claim, int Parts);

    /// <summary>Both objects as YAML, and how to use them as its first lines.</summary>
    /// <exception cref="ReportException">The files are too large for a ConfigMap.</exception>
    public static string Of(PlannedSweep sweep, Place place, IReadOnlyList<string> options)
    {
        long bytes = sweep.Files.Sum(file => (long)file.Content.Length);
        if (bytes > MostBytes)
            throw new ReportException(FormattableString.Invariant($"--emit-job: the scenario's files have {bytes:#,0} bytes, and a ConfigMap holds {MostBytes:#,0}; run the parts with --shard where the files are"));
        string name = Name(sweep.Plan);
        (string scenario, IReadOnlyList<string> paths) = Layout(place.File, [.. sweep.Files.Select(file => file.Name)]);
        var files = new V1ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new V1ObjectMeta { Name = name },
            Data = new Dictionary<string, string>(sweep.Files.Select((file, i) => KeyValuePair.Create(Key(i), Encoding.UTF8.GetString(file.Content))), StringComparer.Ordinal),
        };
        var text = new StringBuilder();
        foreach (string line in Usage(name, place)) text.Append("# ").Append(line).Append('\n');
        text.Append(KubernetesYaml.Serialize(files).TrimEnd()).Append("\n---\n");
        text.Append(KubernetesYaml.Serialize(Job(name, place, scenario, paths, options)).TrimEnd()).Append('\n');
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string Key(int index) => "file-" + index.ToString(CultureInfo.InvariantCulture);

    // Another sweep is another Job: the template of one that exists cannot be changed.
    private static string Name(SweepPlan plan) => plan.Scenario[..Math.Min(plan.Scenario.Length, 36)].TrimEnd('-') + "-sweep-" + plan.Fingerprint()[..8];

    private static IEnumerable<string> Usage(string name, Place place)
    {
        yield return "kubectl apply -f THIS-FILE";
        yield return $"kubectl wait --for=condition=complete --timeout=-1s job/{name}";
        if (place.Claim is { } claim)
        {
            yield return $"The parts are then in the claim {claim}, in the folder {name}: kruise-sim merge {name}/*.jsonl";
        }
        else
        {
            // Each part says which it is; the label is the one that all versions have.
            yield return $"for pod in $(kubectl get pods -l job-name={name} --field-selector status.phase=Succeeded -o name); do kubectl logs --tail=-1 $pod > part-${{pod##*/}}.jsonl; done";
            yield return "kruise-sim merge part-*.jsonl";
        }
    }

    private static V1Job Job(string name, Place place, string scenario, IReadOnlyList<string> paths, IReadOnlyList<string> options)
    {
        string parts = place.Parts.ToString(CultureInfo.InvariantCulture);
        string[] words = ["sweep", scenario, .. options, "--workers", "1", "--shard", "job/" + parts, .. place.Claim is null ? (string[])["--out", "-"] : ["--resume", "--out", $"{Results}/{name}/sweep"]];
        List<V1Volume> volumes =
        [
            new() { Name = "inputs", ConfigMap = new V1ConfigMapVolumeSource { Name = name, Items = [.. paths.Select((path, i) => new V1KeyToPath { Key = Key(i), Path = path })] } },
            new() { Name = "temporary", EmptyDir = new V1EmptyDirVolumeSource() },
        ];
        List<V1VolumeMount> mounts =
        [
            new() { Name = "inputs", MountPath = Inputs, ReadOnlyProperty = true },
            new() { Name = "temporary", MountPath = "/tmp" },
        ];
        if (place.Claim is not null)
        {
            volumes.Add(new() { Name = "results", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = place.Claim } });
            mounts.Add(new() { Name = "results", MountPath = Results });
        }

        return new V1Job
        {
            ApiVersion = "batch/v1",
            Kind = "Job",
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new V1JobSpec
            {
                CompletionMode = "Indexed",
                Completions = place.Parts,
                Parallelism = place.Parts,
                BackoffLimit = 6,
                Template = new V1PodTemplateSpec
                {
                    Spec = new V1PodSpec
                    {
                        RestartPolicy = "OnFailure",
                        AutomountServiceAccountToken = false,
                        Containers =
                        [
                            new V1Container
                            {
                                Name = "sweep",
                                Image = place.Image,
                                Command = ["kruise-sim"],
                                // What Kubernetes would take for the name of a variable is none.
                                Args = [.. words.Select(word => word.Replace("$", "$$", StringComparison.Ordinal))],
                                WorkingDir = Inputs,
                                VolumeMounts = mounts,
                                Resources = new V1ResourceRequirements
                                {
                                    Requests = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { ["cpu"] = new("1"), ["memory"] = new("1Gi") },
                                },
                                SecurityContext = new V1SecurityContext { AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] }, ReadOnlyRootFilesystem = true },
                            },
                        ],
                        Volumes = volumes,
                    },
                },
            },
        };
    }

    // Where the files lie below the folder of inputs: as they do below the working folder, so that commands name them alike, or else below the folder that holds them all.
    private static (string Scenario, IReadOnlyList<string> Paths) Layout(string scenario, IReadOnlyList<string> fromFolder)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(scenario))!;
        string[] full = [.. fromFolder.Select(name => Path.GetFullPath(Path.Combine(folder, name)))];
        string root = Directory.GetCurrentDirectory();
        if (Path.IsPathRooted(scenario) || !full.All(path => IsBelow(path, root)))
        {
            root = folder;
            while (!full.All(path => IsBelow(path, root))) root = Path.GetDirectoryName(root)!;
        }

        string[] paths = [.. full.Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))];
        return (paths[0], paths);
    }

    private static bool IsBelow(string path, string root) => path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

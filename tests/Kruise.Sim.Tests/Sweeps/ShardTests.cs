using k8s;
using k8s.Models;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Sweeps;

/// <summary>Sweeps that are stopped, or run in parts, leave the same bytes as one that ran through.</summary>
public sealed class ShardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private readonly string[] _sweep;

    public ShardTests()
    {
        _path = Write(_folder);
        _sweep = ["sweep", _path, "--vary", Parallelism + "=1,3,8", "--seeds", "3", "--minimize", "jobs.warm.seconds"];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parts_put_together_are_the_bytes_of_one_run()
    {
        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--out", _folder["whole"]]).Code);
        string[] parts = [.. Enumerable.Range(1, 4).Select(part =>
        {
            (int code, string output, string errors) = Run([.. _sweep, "--out", _folder["out"], "--shard", $"{part}/4"]);
            Assert.True(code == ExitCode.Fine, errors);
            return _folder[$"out.shard-{part}-of-4.jsonl"];
        })];
        Assert.Equal([3, 3, 3, 3], parts.Select(part => File.ReadAllLines(part).Length - 1));
        Assert.Equal(ExitCode.Fine, Run(["merge", .. parts.Reverse(), "--out", _folder["merged"]]).Code);
        Assert.Equal(Contents(_folder["whole"]), Contents(_folder["merged"]));

        Refused("missing: parts 2, 4 of 4", [parts[0], parts[2]]);
        Refused($"'{parts[1]}' is part 2 of 4, which '{parts[1]}' is already", [.. parts, parts[1]]);
        Assert.Equal(ExitCode.Fine, Run(["sweep", _path, "--vary", Parallelism + "=1,3,9", "--seeds", "3", "--out", _folder["other"], "--shard", "4/4"]).Code);
        Refused($"'{_folder["other.shard-4-of-4.jsonl"]}' is of another sweep than '{parts[0]}'", [.. parts[..3], _folder["other.shard-4-of-4.jsonl"]]);
        File.WriteAllLines(parts[3], File.ReadAllLines(parts[3])[..^1]);
        Refused("is not finished: 1 of its 3 runs are missing", parts);
        Refused("holds no trials of a sweep", [parts[0], _path]);
        string second = File.ReadAllText(parts[1]);
        File.WriteAllText(parts[1], second.Replace("\"version\":\"", "\"version\":\"0.", StringComparison.Ordinal));
        Refused($"'{parts[1]}' was made by version 0.", parts);
        int last = second.LastIndexOf("\"seed\":", StringComparison.Ordinal);
        File.WriteAllText(parts[1], second[..last] + "\"seed\":9" + second[(last + 7)..]);
        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--out", _folder["out"], "--shard", "4/4"]).Code);
        Refused($"'{parts[1]}' holds a run with seed 9", parts);

        void Refused(string wrong, IEnumerable<string> files)
        {
            (int code, string output, string errors) = Run(["merge", .. files, "--out", _folder["refused"]]);
            Assert.Equal((ExitCode.BadInput, ""), (code, output));
            Assert.Contains(wrong, errors, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["refused"]));
        }
    }

    [Fact]
    public void What_was_stopped_goes_on_where_it_was()
    {
        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--out", _folder["whole"]]).Code);
        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--out", _folder["out"], "--shard", "1/1"]).Code);
        string[] lines = File.ReadAllLines(_folder["out.shard-1-of-1.jsonl"]);
        // Stopped after four runs, in the middle of writing the fifth.
        string kept = string.Join('\n', lines[..5]) + "\n" + lines[5][..20];
        File.WriteAllText(_folder["out.trials.jsonl"], kept);

        (int code, _, string errors) = Run([.. _sweep, "--out", _folder["out"]]);
        Assert.Equal((ExitCode.BadInput, $"'{_folder["out.trials.jsonl"]}' keeps 4 runs of this sweep, which was stopped: go on with --resume, or delete the file\n"), (code, errors));
        (code, _, errors) = Run(["sweep", _path, "--vary", Parallelism + "=1,3", "--seeds", "3", "--minimize", "jobs.warm.seconds", "--resume", "--out", _folder["out"]]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("keeps runs of another sweep: settings", errors, StringComparison.Ordinal);
        Assert.Equal(kept, File.ReadAllText(_folder["out.trials.jsonl"]));

        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--resume", "--out", _folder["out"]]).Code);
        Assert.Equal(Contents(_folder["whole"]), Contents(_folder["out"]));
        Assert.False(File.Exists(_folder["out.trials.jsonl"]));

        // What is kept is not run again: a hash that no run has stays.
        File.WriteAllText(_folder["out.trials.jsonl"], kept.Replace(Hash(lines[2]), "00000000deadbeef", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Fine, Run([.. _sweep, "--resume", "--out", _folder["out"]]).Code);
        Assert.Contains("00000000deadbeef", File.ReadAllText(Path.Combine(_folder["out"], "sweep.csv")), StringComparison.Ordinal);

        static string Hash(string line) => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("hash").GetString()!;
    }

    [Fact]
    public void Files_of_every_setting_and_variant_belong_to_the_question()
    {
        File.WriteAllText(_folder["slow.yaml"], Manifest.Replace("parallelism: 4", "parallelism: 1", StringComparison.Ordinal));
        File.WriteAllText(_folder["other.yaml"], Manifest.Replace("parallelism: 4", "parallelism: 2", StringComparison.Ordinal));
        string path = Write(_folder, Spec + "\n  variants:\n  - {name: own}\n  - {name: other, set: {'timeline[0].apply': other.yaml}}\n");
        string[] sweep = ["sweep", path, "--variant", "own", "--vary", "timeline[0].apply=job.yaml,slow.yaml", "--seeds", "2", "--out", _folder["out"]];
        (int code, string job, string errors) = Run([.. sweep, "--emit-job", "2", "--image", "a:1"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal(
            ["job.yaml", "other.yaml", "slow.yaml", "warm.yaml"],
            KubernetesYaml.LoadAllFromString(job).OfType<V1Job>().Single().Spec.Template.Spec.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Items.Select(item => item.Path).Order(StringComparer.Ordinal));

        Assert.Equal(ExitCode.Fine, Run([.. sweep, "--shard", "1/2"]).Code);
        File.AppendAllText(_folder["slow.yaml"], "# changed\n");
        Assert.Equal(ExitCode.Fine, Run([.. sweep, "--shard", "2/2"]).Code);
        (code, _, errors) = Run("merge", _folder["out.shard-1-of-2.jsonl"], _folder["out.shard-2-of-2.jsonl"], "--out", _folder["merged"]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("the scenario's files or the options that change them are others", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_jobs_pods_as_processes_leave_the_bytes_of_one_run()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        // A dollar sign in front of a parenthesis would be a variable to Kubernetes.
        string[] sweep = ["sweep", "warm.yaml", .. _sweep[2..], "--set", "question=$(What)?"];
        (int Code, string Output, string Errors) job = await KruiseSimProcess.RunAsync([.. sweep, "--emit-job", "3", "--image", "registry.example/kruise-sim:1"], cancellation, workingFolder: _folder.Path);
        Assert.True(job.Code == ExitCode.Fine, job.Errors);
        List<object> objects = KubernetesYaml.LoadAllFromString(job.Output);
        var files = Assert.IsType<V1ConfigMap>(objects[0]);
        V1JobSpec spec = Assert.IsType<V1Job>(objects[1]).Spec;
        Assert.Equal(("Indexed", 3, 3), (spec.CompletionMode, spec.Completions, spec.Parallelism));
        V1Container container = spec.Template.Spec.Containers.Single();
        string inputs = Directory.CreateDirectory(_folder["pod"]).FullName;
        foreach (V1KeyToPath item in spec.Template.Spec.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Items)
        {
            File.WriteAllText(Path.Combine(inputs, item.Path), files.Data[item.Key]);
        }

        Assert.Equal(["kruise-sim"], container.Command);
        (int Code, string Output, string Errors)[] pods = await Task.WhenAll(Enumerable.Range(0, 3).Select(index => KruiseSimProcess.RunAsync(
            container.Args.Select(word => word.Replace("$$", "$", StringComparison.Ordinal)),
            cancellation,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["JOB_COMPLETION_INDEX"] = $"{index}" },
            inputs)));
        Assert.All(pods, pod => Assert.True(pod.Code == ExitCode.Fine, pod.Errors));
        // A pod's log has both of its outputs.
        for (int i = 0; i < pods.Length; i++) File.WriteAllText(_folder[$"part-{i}.jsonl"], "3 of 4 runs, about 2.00 s left (setting 1 of 4)\n" + pods[i].Errors + pods[i].Output);
        (int Code, string Output, string Errors) merged = await KruiseSimProcess.RunAsync(["merge", "part-0.jsonl", "part-1.jsonl", "part-2.jsonl", "--out", "merged"], cancellation, workingFolder: _folder.Path);
        Assert.True(merged.Code == ExitCode.Fine, merged.Errors);
        (int Code, string Output, string Errors) whole = await KruiseSimProcess.RunAsync([.. sweep, "--out", "whole"], cancellation, workingFolder: _folder.Path);
        Assert.True(whole.Code == ExitCode.Fine, whole.Errors);
        Assert.Equal(Contents(_folder["whole"]), Contents(_folder["merged"]));

        // A pod that is begun again goes on with what its claim has.
        job = await KruiseSimProcess.RunAsync([.. sweep, "--emit-job", "3", "--image", "registry.example/kruise-sim:1", "--claim", "results"], cancellation, workingFolder: _folder.Path);
        string[] words = [.. KubernetesYaml.LoadAllFromString(job.Output).OfType<V1Job>().Single().Spec.Template.Spec.Containers.Single().Args
            .Select(word => word.Replace("$$", "$", StringComparison.Ordinal).Replace("/results/", _folder["claim"] + "/", StringComparison.Ordinal))];
        string folder = Directory.CreateDirectory(Path.GetDirectoryName(words[^1])!).FullName;
        string[] lines = File.ReadAllLines(_folder["part-0.jsonl"]);
        lines = [.. lines.SkipWhile(line => !line.StartsWith('{'))];
        File.WriteAllText(Path.Combine(folder, "sweep.shard-1-of-3.trials.jsonl"), lines[0] + "\n" + lines[1] + "\n" + lines[2][..10]);
        (int Code, string Output, string Errors) again = await KruiseSimProcess.RunAsync(words, cancellation, new Dictionary<string, string>(StringComparer.Ordinal) { ["JOB_COMPLETION_INDEX"] = "0" }, inputs);
        Assert.True(again.Code == ExitCode.Fine, again.Errors);
        Assert.Equal(lines, File.ReadAllLines(Path.Combine(folder, "sweep.shard-1-of-3.jsonl")));

        // Without its index a pod does not guess.
        (int Code, string Output, string Errors) lost = await KruiseSimProcess.RunAsync([.. sweep, "--shard", "job/3", "--out", "-"], cancellation, workingFolder: _folder.Path);
        Assert.Equal(ExitCode.BadInput, lost.Code);
        Assert.Contains("needs JOB_COMPLETION_INDEX", lost.Errors, StringComparison.Ordinal);
    }
}

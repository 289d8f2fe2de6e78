using System.Text;
using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Tests.Measures.Workloads;
using Kruise.Sim.Tests.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class SummaryJsonTests
{
    [Fact]
    public void Every_field_written_is_documented_and_every_documented_field_is_written()
    {
        RunResult pods = WorkloadScene.Run("type: InPlaceIfPossible, maxUnavailable: 2");
        RunResult sidecars = SidecarScene.Run(SidecarScene.Spec(timeline: $"  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2)}}}")).Result;
        RunResult warmup = new SyntheticRun { Variant = "a", DeadEvery = 50 }.Build();
        RunResult run = warmup with
        {
            Workloads = pods.Workloads,
            Pods = pods.Pods,
            PodStartup = pods.PodStartup,
            SidecarSets = sidecars.SidecarSets,
            Upgrades = sidecars.Upgrades,
            Admission = sidecars.Admission,
            Series = warmup.Series with { Workloads = pods.Series.Workloads, SidecarSets = sidecars.Series.SidecarSets, Seconds = [.. pods.Series.Seconds.Take(2)] },
            Violations = [new Violation(default, ViolationRule.Orphan, "left", ["Pod a/b"])],
            WhatIfs = [new WhatIf("parallelism 10 → 100", ["x=1"], 99, 1, 100, 1.5, new Percentiles(1, 2, 3, 4))],
        };
        HashSet<string> written = [];
        Collect(JsonDocument.Parse(SummaryJson.Of(run)).RootElement, "", written);
        Assert.Equal(SummaryJson.Fields.Select(field => field.Name).Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_fields_that_programs_rely_on_are_there_with_their_values()
    {
        RunResult run = new SyntheticRun().Build();
        JsonElement json = JsonDocument.Parse(SummaryJson.Of(run)).RootElement;
        Assert.Equal("00abcdef01234567", json.GetProperty("hash").GetString());
        Assert.Equal(42, json.GetProperty("seed").GetInt32());
        JsonElement job = json.GetProperty("jobs")[0];
        Assert.Equal(100, job.GetProperty("succeeded").GetInt32());
        Assert.Equal(run.Jobs[0].Warmup!.P99, job.GetProperty("warmup").GetProperty("p99").GetDouble());
        Assert.Equal(run.Jobs[0].Completion!.Value.Seconds, job.GetProperty("completionSeconds").GetDouble());
        Assert.Equal(0.61, json.GetProperty("registries")[0].GetProperty("meanUtilisation").GetDouble());
        Assert.False(json.GetProperty("expectations")[1].GetProperty("passed").GetBoolean());
        Assert.False(json.TryGetProperty("variant", out _));
    }

    [Fact]
    public void A_change_says_how_many_nodes_it_warms_and_bytes_are_whole()
    {
        RunResult run = new SyntheticRun().Build();
        run = run with { WhatIfs = [new WhatIf("a", ["x=1"], 55, 44, 100, 1.5, null)], Registries = [run.Registries[0] with { BytesSent = 1_234_567_890_123_456.7 }], Preset = "openkruise-0.8" };
        JsonElement json = JsonDocument.Parse(SummaryJson.Of(run)).RootElement;
        JsonElement change = json.GetProperty("whatIf")[0];
        Assert.Equal((55, 44, 100), (change.GetProperty("succeeded").GetInt32(), change.GetProperty("failed").GetInt32(), change.GetProperty("desired").GetInt32()));
        Assert.Equal("1234567890123457", json.GetProperty("registries")[0].GetProperty("bytesSent").GetRawText());
        Assert.Equal("openkruise-0.8", json.GetProperty("preset").GetString());
    }

    [Fact]
    public void Attribution_sums_to_the_warm_up_time_of_all_nodes()
    {
        RunResult run = new SyntheticRun { FailEvery = 7 }.Build();
        double attributed = JsonDocument.Parse(SummaryJson.Of(run)).RootElement.GetProperty("attribution").EnumerateObject().Sum(cause => cause.Value.GetDouble());
        Assert.Equal(run.Nodes.Sum(row => row.WarmupSeconds!.Value), attributed, 1e-6);
    }

    [Fact]
    public void What_is_infinite_or_unknown_is_null()
    {
        RunResult run = new SyntheticRun().Build();
        run = run with
        {
            Jobs = [run.Jobs[0] with { Completion = null, Warmup = null }],
            Registries = [run.Registries[0] with { PeakBytesPerSecond = double.PositiveInfinity, MeanUtilisation = double.NaN }],
        };
        JsonElement json = JsonDocument.Parse(SummaryJson.Of(run)).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("jobs")[0].GetProperty("completionSeconds").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("jobs")[0].GetProperty("warmup").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("registries")[0].GetProperty("peakBytesPerSecond").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("registries")[0].GetProperty("meanUtilisation").ValueKind);
    }

    [Fact]
    public void Only_the_line_of_the_wall_clock_differs_between_two_runs_of_one_seed()
    {
        string[] first = Encoding.UTF8.GetString(SummaryJson.Of(new SyntheticRun().Build())).Split('\n');
        string[] second = Encoding.UTF8.GetString(SummaryJson.Of(new SyntheticRun().Build() with { WallSeconds = 9.5 })).Split('\n');
        string[] differing = [.. first.Zip(second).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Trim())];
        Assert.Equal(first.Length, second.Length);
        Assert.StartsWith("\"wallSeconds\":", Assert.Single(differing), StringComparison.Ordinal);
    }

    private static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                string child = (path.Length == 0 ? "" : path + ".") + property.Name + (property.Value.ValueKind == JsonValueKind.Array ? "[]" : "");
                paths.Add(child);
                Collect(property.Value, child, paths);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray()) Collect(item, path, paths);
        }
    }
}

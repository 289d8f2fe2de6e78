using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Tests.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Sidecars;

/// <summary>What is measured of pods whose webhook does not answer.</summary>
public sealed class AdmissionMeasuresTests
{
    private const string ReCreate = "  - {at: 30s, patch: {cloneSet: web, spec: {updateStrategy: {type: ReCreate, maxUnavailable: 5}}}}\n"
        + "  - {at: 60s, setImage: {cloneSet: web, container: app, image: \"registry.example.com/app:2\"}}\n";

    [Fact]
    public void Pods_that_are_refused_wait_for_their_admission_from_the_first_refusal_on()
    {
        RunResult run = Run("Fail", "  - {at: 60s, fault: {kind: webhookDown, mode: refuse, for: 20s}}");
        AdmissionResult admission = run.Admission!;
        Assert.True(admission.Failed > 0);
        Assert.Equal((0, 0), (admission.Passed, admission.Refused));
        Assert.Equal(20, admission.Calls - admission.Failed);
        Assert.True(admission.Wait!.Max > 15);
        PodRow[] rows = [.. run.Pods.Where(row => row.Rollout == 1)];
        Assert.Equal(10, rows.Length);
        Assert.All(rows, row => Assert.Equal((row.Done!.Value - row.Asked).Nanoseconds, row.CauseNanoseconds.Sum()));

        // The five whose places were empty when the webhook was down waited for it, those that were asked for and those that were not.
        PodRow[] first = [.. rows.OrderBy(row => row.Begun).Take(5)];
        Assert.All(first, row => Assert.True(row.CauseNanoseconds[(int)PodCause.Admission] > 15_000_000_000, $"{row.Pod}"));
        Assert.All(rows.Except(first), row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.Admission], 1, 100_000_000));
        Assert.Equal((20, 0, 0), (run.SidecarSets[0].Injected, run.SidecarSets[0].Missed, run.SidecarSets[0].Without));
        Assert.Equal(admission.Failed, Expectations.Value("pods.admission.failed", run));
        Assert.Empty(run.Violations);
        Assert.Contains("were not answered and the pods refused", RunPage.Of(run, "cmd", plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Places_that_nobody_could_fill_before_the_end_waited_for_admission()
    {
        RunResult run = Run("Fail", "  - {at: 60s, fault: {kind: webhookDown, mode: hang, for: 10m}}", duration: "2m");
        PodRow[] open = [.. run.Pods.Where(row => row is { Rollout: 1, Outcome: PodOutcome.Unfinished })];
        Assert.Equal(5, open.Length);
        Assert.All(open, row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.Admission], 20_000_000_000, 60_000_000_000));
        Assert.All(open, row => Assert.Equal(60_000_000_000, row.CauseNanoseconds.Sum()));
    }

    [Fact]
    public void Pods_that_are_made_without_an_answer_are_missed_and_no_violation()
    {
        RunResult run = Run("Ignore", "  - {at: 60s, fault: {kind: webhookDown, mode: refuse, for: 1h}}");
        Assert.Equal((20, 10, 0), (run.Admission!.Calls, run.Admission.Passed, run.Admission.Failed));
        SidecarSetResult set = run.SidecarSets[0];
        Assert.Equal((10, 10, 10, 0), (set.Injected, set.Missed, set.Without, set.Matched));
        Assert.Empty(run.Violations);
        Assert.Contains("**missing in 10**", RunPage.Of(run, "cmd", plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_take_longer_are_in_the_start_of_pods()
    {
        RunResult quick = Run("Fail", ""), slow = Run("Fail", "  - {at: 0s, fault: {kind: webhookSlow, added: 3s, for: 1h}}");
        Assert.True(slow.Admission!.Call.P50 > 3);
        Assert.True(slow.PodStartup!.P50 > quick.PodStartup!.P50 + 2.5);
        Assert.All(slow.Pods.Where(row => row.Rollout == 1), row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.Admission], 3_000_000_000, 4_000_000_000));
    }

    [Fact]
    public void Namespaces_that_are_left_out_are_no_business_of_a_set()
    {
        RunResult run = SidecarScene.Run(SidecarScene.Spec().Replace(
            "  cluster:\n", "  cluster:\n    namespaces: [{name: default, labels: {control-plane: \"yes\"}}]\n", StringComparison.Ordinal)).Result;
        Assert.Equal((0, 0, 0), (run.SidecarSets[0].Matched, run.SidecarSets[0].Without, run.SidecarSets[0].Missed));
        Assert.Null(run.Admission);
        Assert.Empty(run.Violations);
    }

    private static RunResult Run(string policy, string fault, string duration = "10m") => SidecarScene.Run(SidecarScene.Spec(
        timeline: ReCreate + fault, spec: $"  controlPlane: {{webhook: {{failurePolicy: {policy}, timeout: 10s}}}}", duration: duration)).Result;
}

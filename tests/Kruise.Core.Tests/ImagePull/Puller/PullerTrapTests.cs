using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

/// <summary>The traps of the daemon, by their numbers in the parity table.</summary>
public class PullerTrapTests
{
    private static readonly PullOutcome Pulled = PullOutcome.Pulled("sha256:abc");
    private static readonly PullOutcome Failed = PullOutcome.Failed("503 Service Unavailable");

    private static ImageTagStatus Verdict(PullerRig rig, string message, long version = 0) => new()
    {
        Tag = "1",
        Phase = ImagePullPhase.Failed,
        Version = version,
        CompletionTime = PullerRig.T0.AddSeconds(Math.Floor(rig.Seconds)),
        Message = message,
    };

    // 1, 2, 4, ... seconds, at most 30: what n sleeps take together.
    private static double Sleeps(int n) => Enumerable.Range(0, n).Sum(i => Math.Min(Math.Pow(2, i), 30));

    [Fact]
    public void Trap25_a_verdict_of_the_controller_is_adopted_and_ends_the_pull()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag());
        rig.RunTo(70);
        Assert.Single(rig.Running);
        rig.Tell(Verdict(rig, "node has not responded for a long time"));
        rig.RunTo(71);
        Assert.Empty(rig.Running);
        Assert.Single(rig.Commands<PullerCommand.StopPull>());
        rig.RunTo(2000);
        Assert.Equal("node has not responded for a long time", rig.Status()!.Message);
        Assert.Equal(1, rig.Stored!.Status.Failed);
        Assert.Equal(0, rig.Stored.Status.Pulling);
        Assert.Empty(rig.Commands<PullerCommand.RecordEvent>());
    }

    [Fact]
    public void Trap25_a_verdict_on_another_version_is_not_adopted()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag(version: 2));
        rig.RunTo(1);
        rig.Tell(Verdict(rig, "old", version: 1));
        rig.RunTo(2);
        Assert.Single(rig.Running);
        rig.RunTo(20);
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
        Assert.Equal(2, rig.Status()!.Version);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(-1, 4)]
    [InlineData(null, 4)]
    [InlineData(0, 1)]
    [InlineData(7, 8)]
    public void Trap26_attempts_are_the_limit_and_one_more(int? backoffLimit, int attempts)
    {
        foreach (PullerOptions options in (PullerOptions[])[PullerOptions.Default, PullerOptions.OpenKruise08])
        {
            var rig = new PullerRig(options) { Runtime = _ => (1, Failed) };
            rig.Want(PullerRig.Tag(backoffLimit: backoffLimit));
            rig.RunTo(1000);
            Assert.Equal(Enumerable.Range(1, attempts), rig.Commands<PullerCommand.StartPull>().Select(s => s.Attempt));
            Assert.Equal(ImagePullPhase.Failed, rig.Status()!.Phase);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public void Trap27_k_failed_attempts_take_k_minus_1_sleeps(int backoffLimit)
    {
        int k = backoffLimit + 1;
        var ours = new PullerRig { Runtime = _ => (2, Failed) };
        ours.Want(PullerRig.Tag(backoffLimit: backoffLimit));
        ours.RunTo(1000);
        Assert.Equal((2 * k) + Sleeps(k - 1), ours.Times<PullerCommand.RecordEvent>()[0]);
        Assert.Equal([.. Enumerable.Range(0, k).Select(i => (2 * i) + Sleeps(i))], ours.Times<PullerCommand.StartPull>());

        var upstream = new PullerRig(PullerOptions.OpenKruise08) { Runtime = _ => (2, Failed) };
        upstream.Want(PullerRig.Tag(backoffLimit: backoffLimit));
        upstream.RunTo(1000);
        Assert.Equal((2 * k) + Sleeps(k), upstream.Times<PullerCommand.RecordEvent>()[0]);
    }

    [Fact]
    public void Trap28_the_start_is_reported_at_once()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag());
        rig.RunTo(0.001);
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
        Assert.Equal(PullerRig.T0, rig.Status()!.StartTime);
        Assert.Equal(1, rig.Stored!.Status.Pulling);
        Assert.Equal(1, rig.Stored.Status.Desired);
    }

    [Fact]
    public void Trap28_v0_8_0_says_nothing_of_a_tag_before_its_first_progress()
    {
        var rig = new PullerRig(PullerOptions.OpenKruise08);
        rig.Want(PullerRig.Tag());
        rig.RunTo(120);
        Assert.Null(rig.Status());
        Assert.Equal(1, rig.Stored!.Status.Desired);
        Assert.Single(rig.Commands<PullerCommand.WriteStatus>());
        rig.Progress(10);
        rig.RunTo(125);
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
        Assert.Equal(10, rig.Status()!.Progress);
    }

    [Fact]
    public void Trap29_30_an_image_that_is_there_is_success_with_its_id()
    {
        var rig = new PullerRig { Runtime = _ => (0.01, PullOutcome.AlreadyPresent("sha256:abc")) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(10);
        ImageTagStatus status = rig.Status()!;
        Assert.Equal((ImagePullPhase.Succeeded, 100, "nginx@sha256:abc", null), (status.Phase, status.Progress, status.ImageId, status.Message));
        Assert.Equal("Image nginx:1 was on the node already", Assert.Single(rig.Commands<PullerCommand.RecordEvent>()).Message);
    }

    [Fact]
    public void Trap31_a_digest_is_joined_by_an_at_sign()
    {
        var rig = new PullerRig { Runtime = _ => (1, Pulled) };
        rig.Want(PullerRig.Tag("sha256:0123"));
        rig.RunTo(10);
        Assert.Equal("nginx@sha256:0123", rig.Commands<PullerCommand.StartPull>().Single().Reference);
        Assert.Equal(ImagePullPhase.Succeeded, rig.Status(tag: "sha256:0123")!.Phase);
    }

    [Fact]
    public void Trap32_being_stopped_emits_no_warning()
    {
        foreach (PullerOptions options in (PullerOptions[])[PullerOptions.Default, PullerOptions.OpenKruise08])
        {
            var rig = new PullerRig(options);
            rig.Want(PullerRig.Tag());
            rig.RunTo(1);
            rig.Want(PullerRig.Tag(version: 1));
            rig.RunTo(2);
            rig.Want();
            rig.RunTo(100);
            Assert.Equal(2, rig.Commands<PullerCommand.StopPull>().Count());
            Assert.Empty(rig.Commands<PullerCommand.RecordEvent>());
            Assert.Null(rig.Status());
            Assert.Equal(0, rig.Stored!.Status.Desired);
        }
    }

    [Fact]
    public void Trap33_the_deadline_counts_from_createdAt_and_does_not_start_over_with_the_daemon()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag(deadline: 100));
        rig.RunTo(60);
        rig.RestartDaemon();
        rig.RunTo(99.9);
        Assert.Single(rig.Running);
        Assert.Equal(PullerRig.T0, rig.Status()!.StartTime);
        rig.RunTo(101);
        Assert.Empty(rig.Running);
        Assert.Equal("pulling exceeds the activeDeadlineSeconds", rig.Status()!.Message);
        Assert.Equal(PullerRig.T0.AddSeconds(100), rig.Status()!.CompletionTime);
    }

    [Theory]
    [InlineData(-600, 100)] // a clock that is behind: createdAt lies in its future and counts as now
    [InlineData(0, 100)]
    [InlineData(30, 70)]
    [InlineData(600, 40)] // a clock that is ahead takes at most the slack of 60 s away
    public void Trap33_a_skewed_node_clock_costs_at_most_the_slack(double skewSeconds, double failsAt)
    {
        var rig = new PullerRig { Skew = TimeSpan.FromSeconds(skewSeconds) };
        rig.Want();
        rig.RunTo(0);
        rig.Want(PullerRig.Tag(deadline: 100));
        rig.RunTo(1000);
        Assert.Equal(failsAt, rig.Times<PullerCommand.RecordEvent>()[0]);
    }

    [Fact]
    public void Trap34_a_verdict_is_noticed_at_once_by_v0_8_0_at_its_next_poll()
    {
        var ours = new PullerRig();
        ours.Want(PullerRig.Tag());
        ours.RunTo(70.5);
        ours.Tell(Verdict(ours, "late"));
        ours.RunTo(75);
        Assert.Equal([70.5], ours.Times<PullerCommand.StopPull>());

        for (ulong seed = 1; seed <= 20; seed++)
        {
            var upstream = new PullerRig(PullerOptions.OpenKruise08, seed);
            upstream.Want(PullerRig.Tag());
            upstream.RunTo(70.5);
            upstream.Tell(Verdict(upstream, "late"));
            upstream.RunTo(80);
            Assert.InRange(upstream.Times<PullerCommand.StopPull>().Single(), 70.5, 75.5);
        }
    }

    [Fact]
    public void Trap35_a_daemon_that_starts_writes_only_what_differs_v0_8_0_always_writes_once()
    {
        foreach ((PullerOptions options, int writes) in ((PullerOptions, int)[])[(PullerOptions.Default, 0), (PullerOptions.OpenKruise08, 1)])
        {
            var rig = new PullerRig(options) { Runtime = _ => (1, Pulled) };
            rig.Want(PullerRig.Tag());
            rig.RunTo(1000);
            NodeImageStatus before = rig.Stored!.Status;
            int count = rig.Commands<PullerCommand.WriteStatus>().Count();
            rig.RestartDaemon();
            rig.RunTo(2000);
            Assert.Equal(writes, rig.Commands<PullerCommand.WriteStatus>().Count() - count);
            Assert.Equal(before, rig.Stored.Status);
            Assert.Single(rig.Commands<PullerCommand.StartPull>());
        }
    }

    [Fact]
    public void Trap35_the_status_is_refreshed_every_12_to_13_hours()
    {
        foreach (PullerOptions options in (PullerOptions[])[PullerOptions.Default, PullerOptions.OpenKruise08])
        {
            var rig = new PullerRig(options) { Runtime = _ => (1, Pulled) };
            rig.Want(PullerRig.Tag());
            rig.RunTo(600);
            double last = rig.Times<PullerCommand.WriteStatus>()[^1];
            int count = rig.Times<PullerCommand.WriteStatus>().Length;
            rig.RunTo(30 * 3600);
            double[] refreshes = rig.Times<PullerCommand.WriteStatus>()[count..];
            Assert.Equal(2, refreshes.Length);
            Assert.InRange(refreshes[0] - last, 12 * 3600, (13 * 3600) + 300);
            Assert.InRange(refreshes[1] - refreshes[0], 12 * 3600, (13 * 3600) + 300);
        }
    }

    [Fact]
    public void Trap40_each_attempt_gets_the_secrets_that_the_spec_names_then()
    {
        var rig = new PullerRig { Runtime = _ => (1, Failed) };
        rig.WantImages(new() { ["nginx"] = new ImageSpec { Tags = [PullerRig.Tag()], PullSecrets = [new ReferenceObject { Namespace = "ns", Name = "old" }] } });
        rig.RunTo(0.5);
        rig.WantImages(new() { ["nginx"] = new ImageSpec { Tags = [PullerRig.Tag()], PullSecrets = [new ReferenceObject { Namespace = "ns", Name = "new" }] } });
        rig.RunTo(3);
        Assert.Equal(["old", "new"], rig.Commands<PullerCommand.StartPull>().Select(s => s.PullSecrets![0].Name));
    }

    [Fact]
    public void Trap41_at_most_five_pulls_run_the_rest_waits_oldest_first()
    {
        var rig = new PullerRig { Runtime = s => (10, Pulled) };
        rig.Want([.. Enumerable.Range(0, 12).Select(i => PullerRig.Tag("t" + i.ToString("00"), createdAt: -i / 2))]);
        rig.RunTo(1);
        Assert.Equal(5, rig.Running.Count);
        Assert.Equal(12, rig.Stored!.Status.Pulling);
        Assert.Equal(7, rig.Stored.Status.ImageStatuses!["nginx"].Tags.Count(t => t.Phase == ImagePullPhase.Waiting));
        rig.RunTo(100);
        Assert.Equal(12, rig.Stored.Status.Succeeded);
        Assert.Equal(5, rig.MostRunning);
        Assert.Equal(
            ["t10", "t11", "t08", "t09", "t06", "t07", "t04", "t05", "t02", "t03", "t00", "t01"],
            rig.Commands<PullerCommand.StartPull>().Select(s => s.Tag));

        var upstream = new PullerRig(PullerOptions.OpenKruise08) { Runtime = s => (10, Pulled) };
        upstream.Want([.. Enumerable.Range(0, 300).Select(i => PullerRig.Tag("t" + i.ToString("000")))]);
        upstream.RunTo(30);
        Assert.Equal(300, upstream.MostRunning);
        Assert.Equal(300, upstream.Stored!.Status.Succeeded);
    }

    [Fact]
    public void A_tag_that_sleeps_between_attempts_gives_its_place_away()
    {
        var rig = new PullerRig(PullerOptions.Default with { MaxConcurrentPulls = 1 })
        {
            Runtime = s => s.Tag == "bad" ? (1, Failed) : (0.5, Pulled),
        };
        rig.Want(PullerRig.Tag("bad", createdAt: -10), PullerRig.Tag("good"));
        rig.RunTo(100);
        Assert.Equal([(0.0, "bad"), (1.0, "good"), (2.0, "bad")], rig.Log.Where(l => l.Command is PullerCommand.StartPull)
            .Take(3).Select(l => (l.Seconds, ((PullerCommand.StartPull)l.Command).Tag)));
    }
}

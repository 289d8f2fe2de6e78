using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

/// <summary>When the status is written.</summary>
public class PullerReportTests
{
    private static readonly PullOutcome Pulled = PullOutcome.Pulled("sha256:abc");

    [Fact]
    public void Of_many_changes_five_go_at_once_then_one_every_two_seconds_and_the_last_state_gets_through()
    {
        var rig = new PullerRig();
        for (int i = 0; i < 100; i++)
        {
            int version = i;
            rig.At(i * 0.1, () => rig.Want(PullerRig.Tag(version: version)));
        }

        rig.RunTo(9.99);

        // The sixth write within ten seconds is limited: it needs the permit that comes back 2 s after the first write.
        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 2, 4, 6, 8], rig.Times<PullerCommand.WriteStatus>());
        rig.RunTo(11);
        Assert.Equal(99, rig.Status()!.Version);
    }

    [Fact]
    public void Progress_is_reported_every_ten_seconds_and_never_delays_the_end()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag());
        for (int i = 1; i <= 70; i++)
        {
            int percent = i;
            rig.At(i * 0.5, () => rig.Progress(percent));
        }

        rig.At(35.1, () => rig.End(Pulled));
        rig.RunTo(40);
        Assert.Equal([0, 10, 20, 30, 35.1], rig.Times<PullerCommand.WriteStatus>());
        Assert.Equal([0, 20, 40, 60, 100], rig.Commands<PullerCommand.WriteStatus>().Select(w => w.NodeImage.Status.ImageStatuses!["nginx"].Tags[0].Progress));
    }

    [Fact]
    public void Progress_leaves_a_permit_for_the_end_however_often_it_is_asked_for()
    {
        var rig = new PullerRig(PullerOptions.Default with { ProgressInterval = TimeSpan.Zero });
        rig.Want(PullerRig.Tag());
        for (int i = 1; i <= 99; i++)
        {
            int percent = i;
            rig.At(i * 0.05, () => rig.Progress(percent));
        }

        rig.At(5.2, () => rig.End(Pulled));
        rig.RunTo(20);
        Assert.Equal(5.2, rig.Times<PullerCommand.WriteStatus>()[^1]);
        Assert.Equal(ImagePullPhase.Succeeded, rig.Status()!.Phase);
    }

    [Fact]
    public void While_a_write_is_under_way_changes_gather_and_go_with_the_next()
    {
        var rig = new PullerRig { WriteDelay = () => TimeSpan.FromSeconds(1), Runtime = s => (0.5 + (s.Tag[0] - 'a') / 10.0, Pulled) };
        rig.Want(PullerRig.Tag("a"), PullerRig.Tag("b"), PullerRig.Tag("c"));
        rig.RunTo(10);
        Assert.Equal([0, 2], rig.Times<PullerCommand.WriteStatus>());
        Assert.Equal(3, rig.Stored!.Status.Succeeded);
    }

    [Fact]
    public void A_conflict_with_the_newest_object_at_hand_is_tried_again_at_once()
    {
        var rig = new PullerRig { WriteDelay = () => TimeSpan.FromSeconds(0.1), WatchDelay = () => TimeSpan.FromSeconds(30), ConflictGivesNewest = true };
        rig.Want(PullerRig.Tag());
        rig.At(30.05, rig.Touch);
        rig.RunTo(31);
        Assert.Equal([30, 30.2], rig.Times<PullerCommand.WriteStatus>());
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
    }

    [Fact]
    public void A_conflict_waits_for_the_newer_object_to_come()
    {
        var rig = new PullerRig { WriteDelay = () => TimeSpan.FromSeconds(0.1), WatchDelay = () => TimeSpan.FromSeconds(0.3) };
        rig.Want(PullerRig.Tag());
        rig.At(0.35, rig.Touch);
        rig.RunTo(5);
        Assert.Equal([0.3, 0.65], rig.Times<PullerCommand.WriteStatus>());
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
    }

    [Fact]
    public void Failed_writes_back_off_from_half_a_second_to_50_to_55_seconds()
    {
        foreach (PullerOptions options in (PullerOptions[])[PullerOptions.Default, PullerOptions.OpenKruise08])
        {
            var rig = new PullerRig(options with { StatusWritesPerSecond = 100 }) { WriteFault = () => (true, false) };
            rig.Want(PullerRig.Tag());
            rig.RunTo(400);
            double[] writes = rig.Times<PullerCommand.WriteStatus>();
            double[] gaps = [.. writes.Zip(writes[1..], (a, b) => Math.Round(b - a, 6))];
            Assert.Equal([0.5, 1, 2, 4, 8, 16, 32], gaps[..7]);
            Assert.InRange(gaps[7], 50, 55);
            Assert.All(gaps[7..], g => Assert.Equal(gaps[7], g, 1e-5));
            rig.WriteFault = () => (false, true);
            rig.Touch(); // ours retries by time, not by news: the failure says nothing of the object
            rig.RunTo(470);
            Assert.Equal(1, rig.Stored!.Status.Desired);
        }
    }

    [Fact]
    public void A_write_that_took_effect_although_it_failed_is_not_repeated()
    {
        int writes = 0;
        var rig = new PullerRig { WriteFault = () => (writes++ == 0, true) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(100);
        Assert.Single(rig.Commands<PullerCommand.WriteStatus>());
        Assert.Equal(ImagePullPhase.Pulling, rig.Status()!.Phase);
    }

    [Fact]
    public void What_took_effect_although_it_failed_is_taken_back_by_a_puller_that_remembers_what_it_sent()
    {
        var rig = new PullerRig(PullerOptions.OpenKruise08 with { StatusWritesPerSecond = 100 });
        rig.Want();
        rig.RunTo(10);
        rig.WriteFault = () => (true, true);
        rig.Want(PullerRig.Tag());
        rig.RunTo(10.1);
        Assert.Equal(1, rig.Stored!.Status.Desired);
        rig.WriteFault = () => (false, true);
        rig.Want();
        rig.RunTo(20);
        Assert.Equal(0, rig.Stored!.Status.Desired);
    }

    [Fact]
    public void A_status_that_somebody_spoils_is_put_right()
    {
        var rig = new PullerRig { Runtime = _ => (1, Pulled) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(50);
        rig.Tell(new ImageTagStatus { Tag = "9", Phase = ImagePullPhase.Pulling });
        rig.RunTo(51);
        Assert.Equal("1", Assert.Single(rig.Stored!.Status.ImageStatuses!["nginx"].Tags).Tag);
    }

    [Fact]
    public void First_sync_status_is_left_alone()
    {
        var puller = new NodePuller("node-1", PullerOptions.Default, new Core.Reconciling.RandomStream(1));
        var first = new SyncStatus { Status = "succeeded" };
        var nodeImage = new NodeImage
        {
            Metadata = new() { Name = "node-1", ResourceVersion = "1" },
            Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["nginx"] = new() { Tags = [PullerRig.Tag()] } } },
            Status = new NodeImageStatus { FirstSyncStatus = first },
        };
        var commands = new List<PullerCommand>();
        puller.Observe(nodeImage, PullerRig.T0, commands);
        Assert.Equal(first, commands.OfType<PullerCommand.WriteStatus>().Single().NodeImage.Status.FirstSyncStatus);
    }

    [Fact]
    public void V0_8_0_polls_every_3_to_5_seconds_while_busy_and_every_3_to_5_minutes_when_idle()
    {
        var busyGaps = new List<double>();
        var idleGaps = new List<double>();
        for (ulong seed = 1; seed <= 30; seed++)
        {
            var rig = new PullerRig(PullerOptions.OpenKruise08, seed) { Runtime = _ => (60, Pulled) };
            rig.Want(PullerRig.Tag());
            for (int i = 1; i < 5900; i++)
            {
                int percent = i / 60;
                rig.At(i * 0.01, () => rig.Progress(percent));
            }

            rig.RunTo(1000);
            double[] writes = rig.Times<PullerCommand.WriteStatus>();
            busyGaps.AddRange(writes.Zip(writes[1..], (a, b) => b - a));
            Assert.InRange(writes[^1], 60, 65);

            double[] polls = [.. rig.Commands<PullerCommand.WakeAt>().Select(w => (w.At - PullerRig.T0).TotalSeconds).Where(t => t > 100 && t != 600)];
            idleGaps.AddRange(polls.Zip(polls[1..], (a, b) => b - a));
        }

        Assert.True(busyGaps.Count > 100 && idleGaps.Count > 50);
        Assert.All(busyGaps, g => Assert.InRange(g, 2.999, 5.001));
        Assert.All(idleGaps, g => Assert.InRange(g, 179.999, 300.001));
        Assert.InRange(busyGaps.Average(), 3.8, 4.2);
        Assert.InRange(idleGaps.Average(), 220, 260);
    }

    [Fact]
    public void V0_8_0_shows_the_old_version_until_the_new_one_has_something_to_show()
    {
        var rig = new PullerRig(PullerOptions.OpenKruise08) { Runtime = _ => (1, Pulled) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(20);
        rig.Runtime = _ => (null, default);
        rig.Want(PullerRig.Tag(version: 1));
        rig.RunTo(40);
        Assert.Equal((0, ImagePullPhase.Succeeded), (rig.Status()!.Version, rig.Status()!.Phase));
    }
}

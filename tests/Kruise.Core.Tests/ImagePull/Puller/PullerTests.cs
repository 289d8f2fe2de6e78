using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

public class PullerTests
{
    private static readonly PullOutcome Pulled = PullOutcome.Pulled("sha256:abc");
    private static readonly PullOutcome Failed = PullOutcome.Failed("503 Service Unavailable");

    [Fact]
    public void A_pull_from_spec_to_status()
    {
        var rig = new PullerRig { Runtime = _ => (12.34, Pulled) };
        rig.RunTo(0.7);
        rig.Want(PullerRig.Tag(createdAt: 0));
        rig.RunTo(20);
        Assert.Equal(
            new ImageTagStatus
            {
                Tag = "1",
                Phase = ImagePullPhase.Succeeded,
                Progress = 100,
                StartTime = PullerRig.T0,
                CompletionTime = PullerRig.T0.AddSeconds(13),
                ImageId = "nginx@sha256:abc",
            },
            rig.Status());
        Assert.Equal((1, 1, 0, 0), (rig.Stored!.Status.Desired, rig.Stored.Status.Succeeded, rig.Stored.Status.Failed, rig.Stored.Status.Pulling));
        PullerCommand.RecordEvent said = rig.Commands<PullerCommand.RecordEvent>().Single();
        Assert.Equal((EventSeverity.Normal, "PullImageSucceed", "Image nginx:1 was pulled in 12.3 s"), (said.Severity, said.Reason, said.Message));
        Assert.Equal(("NodeImage", "node-1", "uid-1"), (said.About.Kind, said.About.Name, said.About.Uid));
        Assert.Equal(2, rig.Commands<PullerCommand.WriteStatus>().Count());
    }

    [Fact]
    public void Giving_up_warns_the_owners_and_the_node_image()
    {
        var rig = new PullerRig { Runtime = _ => (1, Failed) };
        rig.Want(PullerRig.Tag(backoffLimit: 1));
        rig.RunTo(100);
        Assert.Equal((ImagePullPhase.Failed, "503 Service Unavailable"), (rig.Status()!.Phase, rig.Status()!.Message));
        Assert.Equal(1, rig.Stored!.Status.Failed);
        Assert.Equal(["ImagePullJob", "NodeImage"], rig.Commands<PullerCommand.RecordEvent>().Select(e => e.About.Kind));
        Assert.All(
            rig.Commands<PullerCommand.RecordEvent>(),
            e => Assert.Equal(
                (EventSeverity.Warning, "PullImageFailed", "Image nginx:1 could not be pulled on node node-1 (attempts: 2): 503 Service Unavailable"),
                (e.Severity, e.Reason, e.Message)));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(null, 600)]
    [InlineData(0, 600)]
    public void An_attempt_is_stopped_at_its_time_limit(int? timeout, int expectedSeconds)
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag(timeout: timeout, backoffLimit: 1));
        rig.RunTo(3000);
        Assert.Equal([0, expectedSeconds + 1], rig.Times<PullerCommand.StartPull>());
        Assert.Equal([expectedSeconds, (2 * expectedSeconds) + 1], rig.Times<PullerCommand.StopPull>());
        Assert.All(rig.Commands<PullerCommand.StartPull>(), s => Assert.Equal(expectedSeconds, s.Timeout.TotalSeconds));
        Assert.Equal("pulling image nginx:1 is canceled", rig.Status()!.Message);
    }

    [Fact]
    public void The_deadline_shortens_an_attempt_and_cuts_a_sleep_short()
    {
        var running = new PullerRig();
        running.Want(PullerRig.Tag(timeout: 60, deadline: 100));
        running.RunTo(200);
        Assert.Equal([60.0, 39.0], running.Commands<PullerCommand.StartPull>().Select(s => s.Timeout.TotalSeconds));
        Assert.Equal([60, 100], running.Times<PullerCommand.StopPull>());

        var sleeping = new PullerRig { Runtime = _ => (1, Failed) };
        sleeping.Want(PullerRig.Tag(backoffLimit: 20, deadline: 30));
        sleeping.RunTo(200);
        Assert.Equal(30, sleeping.Times<PullerCommand.RecordEvent>()[0]);
        Assert.Equal("pulling exceeds the activeDeadlineSeconds", sleeping.Status()!.Message);
    }

    [Fact]
    public void Limits_changed_on_a_running_tag_count_from_then_on()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag());
        rig.RunTo(10);
        rig.Want(PullerRig.Tag(deadline: 50));
        rig.RunTo(100);
        Assert.Equal([50], rig.Times<PullerCommand.StopPull>());
        Assert.Equal(ImagePullPhase.Failed, rig.Status()!.Phase);
    }

    [Fact]
    public void A_tag_past_its_deadline_is_given_up_without_a_pull()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag(createdAt: -200, deadline: 100));
        rig.RunTo(10);
        Assert.Empty(rig.Commands<PullerCommand.StartPull>());
        Assert.Equal((ImagePullPhase.Failed, null), (rig.Status()!.Phase, rig.Status()!.StartTime));
    }

    [Fact]
    public void A_deadline_too_far_to_have_a_date_is_none()
    {
        var rig = new PullerRig { Runtime = _ => (1, Pulled) };
        rig.Want(PullerRig.Tag(deadline: long.MaxValue));
        rig.RunTo(10);
        Assert.Equal(ImagePullPhase.Succeeded, rig.Status()!.Phase);
    }

    [Fact]
    public void A_new_version_stops_the_old_attempt_and_begins_anew_even_from_a_sleep()
    {
        var rig = new PullerRig { Runtime = s => s.Attempt == 1 ? (1, Failed) : (null, default) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(1.5);
        rig.Want(PullerRig.Tag(version: 1));
        rig.RunTo(4);
        rig.Want(PullerRig.Tag(version: 2));
        rig.RunTo(20);
        Assert.Equal(
            [(0.0, 1), (1.5, 1), (3.5, 2), (4.0, 1), (6.0, 2)],
            rig.Log.Where(l => l.Command is PullerCommand.StartPull).Select(l => (l.Seconds, ((PullerCommand.StartPull)l.Command).Attempt)));
        Assert.Equal([4], rig.Times<PullerCommand.StopPull>());
        Assert.Equal((2, ImagePullPhase.Pulling), (rig.Status()!.Version, rig.Status()!.Phase));
        Assert.Equal(PullerRig.T0.AddSeconds(4), rig.Status()!.StartTime);
    }

    [Fact]
    public void A_finished_tag_asked_for_again_at_the_same_version_is_pulled_again()
    {
        var rig = new PullerRig { Runtime = _ => (1, Pulled) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(100);

        // Dropped and added again between two looks of the puller, its status pruned by the manager.
        rig.WatchDelay = () => TimeSpan.FromSeconds(1);
        rig.Remove();
        rig.WatchDelay = () => TimeSpan.Zero;
        rig.Want(PullerRig.Tag(createdAt: 100));
        rig.RunTo(100.5);
        Assert.Equal([0, 100], rig.Times<PullerCommand.StartPull>());
    }

    [Fact]
    public void Removed_tags_and_images_stop_and_leave_the_status()
    {
        var rig = new PullerRig();
        rig.WantImages(new()
        {
            ["nginx"] = new ImageSpec { Tags = [PullerRig.Tag("1"), PullerRig.Tag("2")] },
            ["redis"] = new ImageSpec { Tags = [PullerRig.Tag("6")] },
        });
        rig.RunTo(1);
        rig.Want(PullerRig.Tag("2"));
        rig.RunTo(5);
        Assert.Equal("2", rig.Running.Values.Single().Tag);
        Assert.Equal(["2"], rig.Stored!.Status.ImageStatuses!.Single().Value.Tags.Select(t => t.Tag));
        rig.Remove();
        rig.RunTo(6);
        Assert.Empty(rig.Running);
        rig.Want(PullerRig.Tag("3"));
        rig.RunTo(10);
        Assert.Equal("3", rig.Running.Values.Single().Tag);
        Assert.Equal(["3"], rig.Stored.Status.ImageStatuses!.Single().Value.Tags.Select(t => t.Tag));
    }

    [Fact]
    public void A_node_image_being_deleted_wants_nothing_more()
    {
        var commands = new List<PullerCommand>();
        var puller = new NodePuller("node-1", PullerOptions.Default, new RandomStream(1));
        var nodeImage = new NodeImage
        {
            Metadata = new V1ObjectMeta { Name = "node-1", ResourceVersion = "1" },
            Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["nginx"] = new() { Tags = [PullerRig.Tag()] } } },
        };
        puller.Observe(nodeImage, PullerRig.T0, commands);
        Assert.Equal(1, puller.RunningPulls);
        commands.Clear();
        var going = nodeImage with { Metadata = new V1ObjectMeta { Name = "node-1", ResourceVersion = "2", DeletionTimestamp = PullerRig.T0 } };
        puller.Observe(going, PullerRig.T0, commands);
        Assert.IsType<PullerCommand.StopPull>(Assert.Single(commands));
        Assert.Equal(0, puller.RunningPulls);
    }

    [Fact]
    public void After_a_restart_an_unfinished_tag_is_pulled_again_and_keeps_its_start()
    {
        var rig = new PullerRig { Runtime = s => (50, Pulled) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(30);
        rig.RestartDaemon();
        rig.RunTo(100);
        Assert.Equal([0, 30], rig.Times<PullerCommand.StartPull>());
        Assert.Equal(PullerRig.T0, rig.Status()!.StartTime);
        Assert.Equal(PullerRig.T0.AddSeconds(80), rig.Status()!.CompletionTime);
    }

    [Fact]
    public void A_success_after_failures_leaves_no_message()
    {
        var rig = new PullerRig { Runtime = s => s.Attempt < 3 ? (20, Failed) : (20, Pulled) };
        rig.Want(PullerRig.Tag());
        rig.RunTo(40);
        Assert.Equal((ImagePullPhase.Pulling, "503 Service Unavailable"), (rig.Status()!.Phase, rig.Status()!.Message));
        rig.RunTo(100);
        Assert.Equal((ImagePullPhase.Succeeded, null), (rig.Status()!.Phase, rig.Status()!.Message));
    }

    [Fact]
    public void Answers_about_attempts_that_are_over_and_needless_wakes_do_nothing()
    {
        var rig = new PullerRig();
        rig.Want(PullerRig.Tag());
        rig.RunTo(1);
        var commands = new List<PullerCommand>();
        rig.Puller.PullEnded(new PullId(99), Pulled, rig.Now, commands);
        rig.Puller.PullEnded(default, Pulled, rig.Now, commands);
        rig.Puller.Progress(new PullId(99), 50, rig.Now, commands);
        rig.Puller.Wake(rig.Now, commands);
        rig.Puller.StatusWritten(StatusWriteOutcome.Failed, rig.Now, commands);
        rig.Puller.Observe(rig.Stored, rig.Now, commands);
        Assert.Empty(commands);
        Assert.Equal(1, rig.Puller.RunningPulls);
    }

    [Fact]
    public void A_hundred_thousand_of_them_fit()
    {
        const int Count = 2000;
        var pullers = new NodePuller[Count];
        var commands = new List<PullerCommand>(8);
        var spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["nginx"] = new() { Tags = [PullerRig.Tag()] } } };
        var nodeImage = new NodeImage { Metadata = new V1ObjectMeta { Name = "node-1", ResourceVersion = "1" }, Spec = spec };
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
        {
            pullers[i] = new NodePuller("node-1", PullerOptions.Default, new RandomStream((ulong)i));
        }

        long idle = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (NodePuller puller in pullers)
        {
            puller.Observe(nodeImage, PullerRig.T0, commands);
            commands.Clear();
        }

        long busy = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        TestContext.Current.TestOutputHelper!.WriteLine($"{idle} bytes idle, {busy} bytes allocated to accept and start one tag");
        Assert.InRange(idle, 1, 400);
        Assert.InRange(busy, 1, 2000);
    }
}

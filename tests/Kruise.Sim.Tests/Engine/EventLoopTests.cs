using CsCheck;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Xunit;

namespace Kruise.Sim.Tests.Engine;

public sealed class EventLoopTests
{
    private readonly EventLoop _loop = new();
    private readonly Recorder _recorder;

    public EventLoopTests() => _recorder = new Recorder(_loop);

    [Fact]
    public void Events_come_by_time_then_phase_then_order_of_scheduling() =>
        Gen.Select(Gen.Int[0, 20], Gen.Bool).Array[0, 300].Sample(
            events =>
            {
                var loop = new EventLoop();
                var recorder = new Recorder(loop);
                for (int i = 0; i < events.Length; i++)
                {
                    loop.Schedule(new SimTime(events[i].Item1), recorder, 0, i, phase: events[i].Item2 ? EventPhase.Settle : EventPhase.Normal);
                }

                RunToEnd(loop);
                IEnumerable<(long, long)> expected = Enumerable.Range(0, events.Length)
                    .OrderBy(i => events[i].Item1).ThenBy(i => events[i].Item2).ThenBy(i => i)
                    .Select(i => ((long)events[i].Item1, (long)i));
                Assert.Equal(expected, recorder.Events);
                Assert.Equal(events.Length, loop.Delivered);
            },
            iter: 500);

    /// <summary>Random scheduling and cancelling, also from inside events, against a sorted list.</summary>
    [Fact]
    public void Cancelled_events_are_never_delivered_and_all_others_are() => Gen.ULong.Sample(
        seed =>
        {
            var loop = new EventLoop();
            var recorder = new Recorder(loop);
            var random = new RandomStream(seed);
            var handles = new List<(EventHandle Handle, long At, long Argument)>();
            var expected = new SortedSet<(long At, long Argument)>();
            var delivered = new List<(long, long)>();
            for (long i = 0; i < 4000; i++)
            {
                long at = loop.Now.Nanoseconds + random.Next(5000);
                handles.Add((loop.Schedule(new SimTime(at), recorder, 0, i), at, i));
                expected.Add((at, i));
                for (int tries = 0; tries < 2 && random.Next(100) < 90; tries++)
                {
                    (EventHandle handle, long when, long argument) = handles[(int)random.Next(handles.Count)];
                    bool isPending = expected.Remove((when, argument));
                    Assert.Equal(isPending, loop.Cancel(handle));
                    Assert.False(loop.Cancel(handle));
                }

                if (random.Next(100) < 10 && loop.Step(SimTime.MaxValue))
                {
                    delivered.Add(expected.Min);
                    expected.Remove(expected.Min);
                }

                Assert.Equal(expected.Count, loop.Pending);
            }

            RunToEnd(loop);
            delivered.AddRange(expected);
            Assert.Equal(delivered, recorder.Events);
            Assert.Equal(0, loop.Pending);
        },
        iter: 20);

    [Fact]
    public void A_handle_does_not_reach_the_event_that_took_its_slot()
    {
        EventHandle first = _loop.Schedule(new SimTime(1), _recorder, 0);
        _loop.Step(SimTime.MaxValue);
        EventHandle second = _loop.Schedule(new SimTime(2), _recorder, 0);
        Assert.Equal(first.Slot, second.Slot);
        Assert.False(_loop.Cancel(first));
        Assert.False(_loop.Cancel(default));
        Assert.True(_loop.Cancel(second));
        Assert.False(_loop.Step(SimTime.MaxValue));
    }

    [Fact]
    public void An_event_cannot_cancel_itself()
    {
        EventHandle self = default;
        bool? cancelled = null;
        self = _loop.Schedule(new SimTime(5), new Caller(() => cancelled = _loop.Cancel(self)), 0);
        RunToEnd(_loop);
        Assert.False(cancelled);
    }

    [Fact]
    public void Scheduling_in_the_past_throws()
    {
        _loop.Schedule(new SimTime(10), _recorder, 0);
        RunToEnd(_loop);
        Assert.Throws<ArgumentOutOfRangeException>(() => _loop.Schedule(new SimTime(9), _recorder, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _loop.ScheduleAfter(new SimTime(-1), _recorder, 0));
        Assert.Equal(0, _loop.Pending);
        _loop.Schedule(new SimTime(10), _recorder, 0);
        Assert.True(_loop.Step(SimTime.MaxValue));
    }

    [Fact]
    public void A_step_does_not_pass_its_limit()
    {
        _loop.Schedule(new SimTime(10), _recorder, 0);
        Assert.False(_loop.Step(new SimTime(9)));
        Assert.Equal(SimTime.Zero, _loop.Now);
        Assert.True(_loop.Step(new SimTime(10)));
        Assert.Equal(new SimTime(10), _loop.Now);
    }

    [Fact]
    public void What_settling_schedules_for_the_same_moment_comes_before_another_settling()
    {
        var order = new List<string>();
        _loop.Schedule(new SimTime(1), new Caller(() =>
        {
            order.Add("settle 1");
            _loop.Schedule(new SimTime(1), new Caller(() => order.Add("normal")), 0);
        }), 0, phase: EventPhase.Settle);
        _loop.Schedule(new SimTime(1), new Caller(() => order.Add("settle 2")), 0, phase: EventPhase.Settle);
        RunToEnd(_loop);
        Assert.Equal(["settle 1", "normal", "settle 2"], order);
    }

    [Fact]
    public void Target_gets_kind_argument_and_state()
    {
        object state = new();
        (int, long, object?)? seen = null;
        _loop.Schedule(new SimTime(1), new Probe((k, a, s) => seen = (k, a, s)), 3, -4, state);
        RunToEnd(_loop);
        Assert.Equal((3, -4L, state), seen);
    }

    [Fact]
    public void Equal_runs_have_equal_hashes_and_other_runs_others()
    {
        ulong Run(ulong seed, int kind, int events)
        {
            var loop = new EventLoop();
            var hold = new Hold(loop, pending: 100, seed, kind);
            hold.Run(events);
            return loop.Hash;
        }

        ulong reference = Run(1, 0, 5000);
        Assert.Equal(reference, Run(1, 0, 5000));
        Assert.NotEqual(reference, Run(2, 0, 5000));
        Assert.NotEqual(reference, Run(1, 1, 5000));
        Assert.NotEqual(reference, Run(1, 0, 4999));
        var mixed = new EventLoop();
        mixed.Mix(0);
        Assert.NotEqual(new EventLoop().Hash, mixed.Hash);
    }

    [Fact]
    public void Nothing_is_allocated_per_event()
    {
        var hold = new Hold(_loop, pending: 3000, seed: 7, kind: 0);
        hold.Run(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        hold.Run(20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Timeouts_that_are_always_cancelled_do_not_pile_up()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _loop.Cancel(_loop.Schedule(SimTime.FromSeconds(600), _recorder, 0));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            _loop.Cancel(_loop.Schedule(SimTime.FromSeconds(600), _recorder, 0));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, _loop.Pending);
        Assert.False(_loop.Step(SimTime.MaxValue));
    }

    private static void RunToEnd(EventLoop loop)
    {
        while (loop.Step(SimTime.MaxValue))
        {
        }
    }

    private sealed class Recorder(EventLoop loop) : IEventTarget
    {
        public List<(long At, long Argument)> Events { get; } = [];

        public void OnEvent(int kind, long argument, object? state) => Events.Add((loop.Now.Nanoseconds, argument));
    }

    private sealed class Caller(Action action) : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state) => action();
    }

    private sealed class Probe(Action<int, long, object?> action) : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state) => action(kind, argument, state);
    }
}

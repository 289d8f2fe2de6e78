using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Tests.Engine;

/// <summary>
/// The hold model, the usual load for event queues: as many events pending all the time, each delivered one scheduling its successor a random while
/// later. One in four also moves a time-out: cancels it and schedules it anew, far ahead.
/// </summary>
internal sealed class Hold : IEventTarget
{
    private const int TimeoutKind = -1;

    private readonly EventLoop _loop;
    private readonly RandomStream _random;
    private EventHandle _timeout;

    public Hold(EventLoop loop, int pending, ulong seed, int kind)
    {
        _loop = loop;
        _random = new RandomStream(seed);
        for (int i = 0; i < pending; i++)
        {
            loop.Schedule(new SimTime(_random.Next(1_000_000)), this, kind, i);
        }
    }

    public void Run(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _loop.Step(SimTime.MaxValue);
        }
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        if (kind == TimeoutKind)
        {
            return;
        }

        _loop.ScheduleAfter(new SimTime(_random.Next(2_000_000)), this, kind, argument);
        if ((argument & 3) == 0)
        {
            _loop.Cancel(_timeout);
            _timeout = _loop.ScheduleAfter(new SimTime(100_000_000), this, TimeoutKind);
        }
    }
}

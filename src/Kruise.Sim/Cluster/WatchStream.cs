using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>
/// One watch: the changes of a kind, of one object of it, or of those with a value of a field, each delivered after a delay of its own but never before an earlier one.
/// </summary>
internal sealed class WatchStream : IEventTarget
{
    private readonly EventLoop _loop;
    private readonly KindStore _store;
    private readonly Func<SimTime> _delay;
    private readonly IWatchSink _sink;
    private SimTime _lastDue;

    internal WatchStream(EventLoop loop, KindStore store, ObjectKey? key, Func<SimTime> delay, IWatchSink sink, string? field = null)
    {
        _loop = loop;
        _store = store;
        Key = key;
        Field = field;
        _delay = delay;
        _sink = sink;
    }

    public KindInfo Kind => _store.Kind;

    /// <summary>The one object watched; null when the whole kind is.</summary>
    public ObjectKey? Key { get; }

    /// <summary>The value of the kind's field that objects must have; null when it does not matter.</summary>
    public string? Field { get; }

    public bool IsStopped { get; private set; }

    /// <summary>The revision of the last event delivered, or the one the watch began at: where another watch goes on.</summary>
    public long Revision { get; internal set; }

    /// <summary>Events that are on their way.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Ends the watch: what is on its way is dropped.</summary>
    public void Stop()
    {
        if (!IsStopped)
        {
            IsStopped = true;
            _store.Remove(this);
        }
    }

    void IEventTarget.OnEvent(int kind, long argument, object? state)
    {
        UnderWay--;
        if (IsStopped)
        {
            return;
        }

        Revision = argument;
        switch ((WatchEventType)kind)
        {
            case WatchEventType.Bookmark:
                _sink.OnWatchEvent(this, new WatchEvent(WatchEventType.Bookmark, null, null, argument));
                break;
            case WatchEventType.Added when state is not Change:
                _sink.OnWatchEvent(this, new WatchEvent(WatchEventType.Added, null, (IKubernetesObject<V1ObjectMeta>)state!, argument));
                break;
            default:
                var change = (Change)state!;
                _sink.OnWatchEvent(this, new WatchEvent(change.Type, change.Old, change.New, argument));
                break;
        }
    }

    internal void Send(Change change) => Send(change.Type, change.Revision, change);

    /// <summary>Sends an event: <paramref name="state"/> is a <see cref="Change"/>, an object of the initial state, or null for a bookmark.</summary>
    internal void Send(WatchEventType type, long revision, object? state)
    {
        UnderWay++;
        _lastDue = SimTime.Max(_lastDue, _loop.Now + _delay());
        _loop.Schedule(_lastDue, this, (int)type, revision, state);
    }
}

using CsCheck;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

public class CatchUpTrackerTests
{
    private static readonly DateTime T0 = new(2021, 3, 4, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly ObjectKey A = new("", "a"), B = new("", "b");
    private static readonly Type Jobs = typeof(ImagePullJob), Nodes = typeof(NodeImage), Pods = typeof(V1Pod);

    private readonly CatchUpTracker _tracker = new(Timeout);
    private readonly List<ObjectKey> _caughtUp = [];
    private readonly List<CatchUpTimeout> _timedOut = [];

    [Fact]
    public void A_key_waits_for_its_last_write_of_every_kind()
    {
        _tracker.Record(A, Nodes, 10, T0);
        _tracker.Record(A, Nodes, 12, T0);
        _tracker.Record(A, Jobs, 11, T0);
        _tracker.Record(B, Nodes, 11, T0);

        _tracker.ObservedRevision(Nodes, 11, _caughtUp);
        Assert.Equal([B], _caughtUp);
        Assert.False(_tracker.IsCaughtUp(A));
        _tracker.ObservedRevision(Nodes, 12, _caughtUp);
        Assert.False(_tracker.IsCaughtUp(A));
        _tracker.ObservedRevision(Jobs, 20, _caughtUp);
        Assert.Equal([B, A], _caughtUp);
        Assert.True(_tracker.IsCaughtUp(A));
        Assert.Equal(0, _tracker.Waiting);
        Assert.Null(_tracker.NextTimeoutAt);
    }

    [Fact]
    public void A_write_that_the_view_has_seen_already_holds_nobody_up()
    {
        _tracker.ObservedRevision(Nodes, 10, _caughtUp);
        _tracker.Record(A, Nodes, 10, T0);
        Assert.True(_tracker.IsCaughtUp(A));
    }

    [Fact]
    public void Trap43_a_lost_event_does_not_wedge_the_key_it_is_let_go_and_looked_at_again()
    {
        _tracker.Record(A, Nodes, 10, T0);
        Assert.Equal(T0 + Timeout, _tracker.NextTimeoutAt);
        _tracker.Expire(T0.AddSeconds(29.9), _timedOut);
        Assert.Empty(_timedOut);
        _tracker.Expire(T0 + Timeout, _timedOut);
        Assert.Equal([new CatchUpTimeout(A, Nodes, 10, 0)], _timedOut);
        Assert.True(_tracker.IsCaughtUp(A));
        Assert.Equal(1, _tracker.TimeoutCount);
        Assert.Null(_tracker.NextTimeoutAt);

        // The event that comes after all wakes nobody for it, and the key can wait again.
        _tracker.ObservedRevision(Nodes, 10, _caughtUp);
        Assert.Empty(_caughtUp);
        _tracker.Record(A, Nodes, 11, T0.AddSeconds(40));
        Assert.False(_tracker.IsCaughtUp(A));
        Assert.Equal(T0.AddSeconds(70), _tracker.NextTimeoutAt);
    }

    [Fact]
    public void Trap44_the_time_out_counts_from_the_last_write_not_from_the_first_look()
    {
        _tracker.Record(A, Nodes, 10, T0);
        _tracker.Record(A, Nodes, 11, T0.AddSeconds(20));
        Assert.False(_tracker.IsCaughtUp(A));
        Assert.Equal(T0.AddSeconds(50), _tracker.NextTimeoutAt);
        _tracker.Expire(T0.AddSeconds(49), _timedOut);
        Assert.Empty(_timedOut);
        _tracker.Expire(T0.AddSeconds(50), _timedOut);
        Assert.Equal(11, Assert.Single(_timedOut).Revision);
    }

    [Fact]
    public void Any_order_of_calls_lets_no_key_through_early_and_every_key_at_last()
    {
        Type[] kinds = [Jobs, Nodes, Pods];
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 8]).Array[0, 150].Sample(
            ops =>
            {
                var tracker = new CatchUpTracker(Timeout);
                var writes = new Dictionary<ObjectKey, Dictionary<Type, long>>();
                var lastWrite = new Dictionary<ObjectKey, DateTime>();
                var observed = kinds.ToDictionary(k => k, _ => 0L);
                long revision = 0;
                DateTime now = T0;

                void Check()
                {
                    for (int k = 0; k < 5; k++)
                    {
                        ObjectKey key = new("", k.ToString());
                        Assert.Equal(!writes.ContainsKey(key), tracker.IsCaughtUp(key));
                    }

                    Assert.Equal(writes.Count, tracker.Waiting);
                    Assert.Equal(writes.Count == 0 ? null : lastWrite.Where(w => writes.ContainsKey(w.Key)).Min(w => w.Value) + Timeout, tracker.NextTimeoutAt);
                }

                void Observe(Type kind, long upTo)
                {
                    var handedOut = new List<ObjectKey>();
                    tracker.ObservedRevision(kind, upTo, handedOut);
                    observed[kind] = Math.Max(observed[kind], upTo);
                    var expected = new List<ObjectKey>();
                    foreach ((ObjectKey key, Dictionary<Type, long> waits) in writes.ToList())
                    {
                        if (waits.TryGetValue(kind, out long r) && r <= observed[kind] && waits.Remove(kind) && waits.Count == 0)
                        {
                            writes.Remove(key);
                            expected.Add(key);
                        }
                    }

                    Assert.Equal(expected.Order(), handedOut.Order());
                }

                void Expire()
                {
                    var handedOut = new List<CatchUpTimeout>();
                    tracker.Expire(now, handedOut);
                    var expected = writes.Keys.Where(k => lastWrite[k] + Timeout <= now).Order().ToList();
                    Assert.Equal(expected, handedOut.Select(t => t.Key).Distinct().Order());
                    foreach (ObjectKey key in expected)
                    {
                        Assert.Equal(writes[key].Keys.Select(t => t.Name).Order(), handedOut.Where(t => t.Key == key).Select(t => t.Kind.Name).Order());
                        writes.Remove(key);
                    }
                }

                foreach ((int op, int k, int kindIndex, int amount) in ops)
                {
                    ObjectKey key = new("", k.ToString());
                    Type kind = kinds[kindIndex];
                    switch (op)
                    {
                        case < 5:
                            revision++;
                            tracker.Record(key, kind, revision, now);
                            if (!writes.TryGetValue(key, out var waits))
                            {
                                writes[key] = waits = [];
                            }

                            waits[kind] = revision;
                            lastWrite[key] = now;
                            break;
                        case < 8:
                            Observe(kind, Math.Max(0, revision - amount));
                            break;
                        default:
                            now = now.AddSeconds(amount * 3);
                            Expire();
                            break;
                    }

                    Check();
                }

                // At last: the views catch up, or the time runs out.
                Observe(Jobs, revision);
                Check();
                now += Timeout;
                Expire();
                Assert.Equal(0, tracker.Waiting);
            },
            iter: 500);
    }
}

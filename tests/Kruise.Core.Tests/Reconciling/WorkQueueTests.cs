using CsCheck;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

public class WorkQueueTests
{
    private static readonly DateTime T0 = new(2021, 3, 4, 0, 0, 0, DateTimeKind.Utc);
    private static readonly ObjectKey A = new("ns", "a"), B = new("ns", "b"), C = new("ns", "c");

    private static DateTime At(double seconds) => T0.AddSeconds(seconds);

    private static List<ObjectKey> Drain(WorkQueue queue, DateTime now)
    {
        var keys = new List<ObjectKey>();
        while (queue.TryGet(now, out ObjectKey key))
        {
            keys.Add(key);
            queue.Done(key);
        }

        return keys;
    }

    [Fact]
    public void Keys_come_out_in_the_order_they_went_in_and_duplicates_merge()
    {
        var queue = new WorkQueue();
        queue.Add(B, At(0));
        queue.Add(A, At(0));
        queue.Add(B, At(1));
        Assert.Equal(2, queue.Depth);
        Assert.Equal(2, queue.Adds);
        Assert.Equal([B, A], Drain(queue, At(2)));
        Assert.Equal(0, queue.Depth);
    }

    [Fact]
    public void A_key_added_while_it_is_worked_on_waits_for_Done()
    {
        var queue = new WorkQueue();
        queue.Add(A, At(0));
        Assert.True(queue.TryGet(At(0), out _));
        queue.Add(A, At(1));
        queue.Add(A, At(2));
        Assert.False(queue.TryGet(At(2), out _));
        queue.Done(A);
        Assert.True(queue.TryGet(At(3), out ObjectKey again));
        Assert.Equal(A, again);
        Assert.Equal(TimeSpan.FromSeconds(2), queue.LastWait);
        queue.Done(A);
        Assert.False(queue.TryGet(At(3), out _));
    }

    [Fact]
    public void Done_without_Get_throws()
    {
        var queue = new WorkQueue();
        queue.Add(A, At(0));
        Assert.Throws<InvalidOperationException>(() => queue.Done(A));
        Assert.Throws<InvalidOperationException>(() => queue.Done(B));
    }

    [Fact]
    public void The_earliest_moment_asked_for_wins()
    {
        var queue = new WorkQueue();
        queue.AddAfter(A, At(10), At(0));
        queue.AddAfter(A, At(5), At(0));
        queue.AddAfter(A, At(7), At(0));
        Assert.Equal(At(5), queue.NextReadyAt);
        Assert.Empty(Drain(queue, At(4.9)));
        Assert.Equal([A], Drain(queue, At(5)));
        Assert.Null(queue.NextReadyAt);
        Assert.Empty(Drain(queue, At(100)));
    }

    [Fact]
    public void Delayed_keys_come_by_time_then_by_order_of_the_call_and_before_later_adds()
    {
        var queue = new WorkQueue();
        queue.AddAfter(C, At(2), At(0));
        queue.AddAfter(B, At(1), At(0));
        queue.AddAfter(A, At(2), At(0));
        queue.Add(new ObjectKey("ns", "late"), At(3));
        Assert.Equal(["b", "c", "a", "late"], Drain(queue, At(3)).Select(k => k.Name));
    }

    [Fact]
    public void A_moment_that_has_passed_adds_at_once()
    {
        var queue = new WorkQueue();
        queue.AddAfter(A, At(1), At(1));
        Assert.Equal(1, queue.Depth);
        Assert.Equal(1, queue.Retries);
    }

    [Fact]
    public void Appointments_moved_forward_for_ever_do_not_pile_up()
    {
        var queue = new WorkQueue();
        for (int i = 0; i < 10_000; i++)
        {
            queue.AddAfter(A, At(1_000_000), At(i));
            queue.AddAfter(A, At(i + 0.5), At(i));
            Assert.Equal([A], Drain(queue, At(i + 0.5)));
        }

        Assert.Equal(0, queue.Delayed);
        Assert.Null(queue.NextReadyAt);
    }

    [Fact]
    public void Waits_are_measured()
    {
        var queue = new WorkQueue();
        queue.Add(A, At(0));
        queue.Add(B, At(4));
        Drain(queue, At(5));
        Assert.Equal(TimeSpan.FromSeconds(5), queue.LongestWait);
        Assert.Equal(TimeSpan.FromSeconds(1), queue.LastWait);
        Assert.Equal(TimeSpan.FromSeconds(6), queue.TotalWait);
        Assert.Equal(2, queue.Gets);
    }

    private enum Op
    {
        Add,
        AddAfter,
        Get,
        Done,
        Pass,
    }

    // The contract as three plain sets and a list, without any cleverness.
    private sealed class Model
    {
        private readonly List<int> _ready = [];
        private readonly HashSet<int> _dirty = [];
        private readonly SortedDictionary<int, (DateTime At, int Order)> _later = [];
        private int _order;

        public HashSet<int> Processing { get; } = [];

        public int Depth => _ready.Count;

        public DateTime? Next => _later.Count == 0 ? null : _later.Values.Min(l => l.At);

        public void Add(int key)
        {
            if (_dirty.Add(key) && !Processing.Contains(key))
            {
                _ready.Add(key);
            }
        }

        public void AddAfter(int key, DateTime at, DateTime now)
        {
            if (at <= now)
            {
                Add(key);
            }
            else if (!_later.TryGetValue(key, out var held) || held.At > at)
            {
                _later[key] = (at, _order++);
            }
        }

        public void Advance(DateTime now)
        {
            foreach (var due in _later.Where(l => l.Value.At <= now).OrderBy(l => l.Value.At).ThenBy(l => l.Value.Order).ToList())
            {
                _later.Remove(due.Key);
                Add(due.Key);
            }
        }

        public int? Get()
        {
            if (_ready.Count == 0)
            {
                return null;
            }

            int key = _ready[0];
            _ready.RemoveAt(0);
            _dirty.Remove(key);
            Processing.Add(key);
            return key;
        }

        public void Done(int key)
        {
            Processing.Remove(key);
            if (_dirty.Contains(key))
            {
                _ready.Add(key);
            }
        }
    }

    [Fact]
    public void Any_order_of_calls_does_what_the_contract_says_and_nothing_is_lost()
    {
        var operations = Gen.Select(Gen.Enum<Op>(), Gen.Int[0, 4], Gen.Int[0, 20]).Array[0, 120];
        operations.Sample(
            ops =>
            {
                var queue = new WorkQueue();
                var model = new Model();
                DateTime now = T0;
                foreach ((Op op, int k, int delay) in ops)
                {
                    var key = new ObjectKey("", k.ToString());
                    switch (op)
                    {
                        case Op.Add:
                            model.Advance(now);
                            model.Add(k);
                            queue.Add(key, now);
                            break;
                        case Op.AddAfter:
                            model.Advance(now);
                            model.AddAfter(k, now.AddSeconds(delay), now);
                            queue.AddAfter(key, now.AddSeconds(delay), now);
                            break;
                        case Op.Get:
                            model.Advance(now);
                            int? expected = model.Get();
                            Assert.Equal(expected is not null, queue.TryGet(now, out ObjectKey got));
                            if (expected is not null)
                            {
                                Assert.Equal(expected.Value.ToString(), got.Name);
                            }

                            break;
                        case Op.Done when model.Processing.Count > 0:
                            int done = model.Processing.Order().ElementAt(k % model.Processing.Count);
                            model.Done(done);
                            queue.Done(new ObjectKey("", done.ToString()));
                            break;
                        case Op.Pass:
                            now = now.AddSeconds(delay);
                            queue.Advance(now);
                            model.Advance(now);
                            break;
                    }

                    Assert.Equal(model.Depth, queue.Depth);
                    Assert.Equal(model.Processing.Count, queue.Processing);
                    Assert.Equal(model.Next, queue.NextReadyAt);
                }
            },
            iter: 1000);
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        var queue = new WorkQueue();
        var keys = Enumerable.Range(0, 64).Select(i => new ObjectKey("ns", "k" + i)).ToArray();
        Churn(queue, keys, T0, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Churn(queue, keys, T0.AddHours(1), 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Churn(WorkQueue queue, ObjectKey[] keys, DateTime start, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            DateTime now = start.AddSeconds(i);
            foreach (ObjectKey key in keys)
            {
                queue.Add(key, now);
                queue.AddAfter(key, now.AddSeconds(0.5), now);
                queue.AddAfter(key, now.AddSeconds(0.25), now);
            }

            for (int half = 0; half < 2; half++, now = now.AddSeconds(0.5))
            {
                while (queue.TryGet(now, out ObjectKey key))
                {
                    queue.Done(key);
                }
            }
        }
    }
}

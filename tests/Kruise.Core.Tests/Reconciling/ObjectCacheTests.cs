using CsCheck;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

public class ObjectCacheTests
{
    private static V1Node Node(string name, long revision, string? label = null) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            ResourceVersion = revision.ToString(),
            Labels = label is null ? null : new Dictionary<string, string> { ["v"] = label },
        },
    };

    private sealed class NodeCount : IViewIndex
    {
        public int Count { get; private set; }

        public List<ObjectChange> Changes { get; } = [];

        public void OnChange(in ObjectChange change)
        {
            Changes.Add(change);
            Count += (change.New is V1Node ? 1 : 0) - (change.Old is V1Node ? 1 : 0);
        }
    }

    private readonly ObjectCache _cache = new([() => new NodeCount(), () => new NodeCount()], fingerprintEvery: 1);

    [Fact]
    public void An_index_that_several_reconcilers_ask_for_is_made_once_and_hears_each_change_once()
    {
        _cache.Store(Node("a", 1), out _);
        _cache.Store(Node("a", 2), out _);
        _cache.Delete(typeof(V1Node), ObjectKey.Cluster("a"), 3, out _);
        var index = _cache.Index<NodeCount>();
        Assert.Equal(0, index.Count);
        Assert.Equal(3, index.Changes.Count);
        Assert.Throws<InvalidOperationException>(() => _cache.Index<IViewIndex>());
    }

    [Fact]
    public void Stale_and_repeated_states_are_ignored()
    {
        V1Node newer = Node("a", 5);
        Assert.True(_cache.Store(newer, out ObjectChange added));
        Assert.Null(added.Old);
        Assert.False(_cache.Store(Node("a", 4), out _));
        Assert.False(_cache.Store(Node("a", 5), out _));
        Assert.False(_cache.Delete(typeof(V1Node), ObjectKey.Cluster("a"), 4, out _));
        Assert.Same(newer, _cache.Get<V1Node>(ObjectKey.Cluster("a")));
        Assert.Single(_cache.Index<NodeCount>().Changes);
        Assert.True(_cache.Delete(typeof(V1Node), ObjectKey.Cluster("a"), 6, out ObjectChange gone));
        Assert.Same(newer, gone.Old);
        Assert.Null(_cache.Get<V1Node>(ObjectKey.Cluster("a")));
        Assert.Equal(6, _cache.ObservedRevision(typeof(V1Node)));
        _cache.Observe(typeof(V1Node), 9);
        Assert.Equal(9, _cache.ObservedRevision(typeof(V1Node)));
        Assert.Equal(0, _cache.ObservedRevision(typeof(V1Pod)));
    }

    [Fact]
    public void A_list_is_the_same_one_until_members_change_and_shows_newest_states()
    {
        _cache.Store(Node("b", 1), out _);
        _cache.Store(Node("a", 2), out _);
        IReadOnlyList<V1Node> list = _cache.List<V1Node>();
        Assert.Equal(["a", "b"], list.Select(n => n.Metadata.Name));
        V1Node newer = Node("b", 3);
        _cache.Store(newer, out _);
        Assert.Same(list, _cache.List<V1Node>());
        Assert.Same(newer, list[1]);
        _cache.Delete(typeof(V1Node), ObjectKey.Cluster("a"), 4, out _);
        Assert.Equal(["b"], _cache.List<V1Node>().Select(n => n.Metadata.Name));
        Assert.Equal(2, list.Count);
        Assert.Empty(_cache.List<V1Pod>());
    }

    [Fact]
    public void Order_is_ordinal_by_namespace_then_name()
    {
        string[] namespaces = ["B", "a", "a-b", ""];
        long revision = 0;
        foreach (string ns in namespaces)
        {
            foreach (string name in (string[])["web-10", "web-2", "Web-1"])
            {
                _cache.Store(new V1Pod { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns, ResourceVersion = (++revision).ToString() } }, out _);
            }
        }

        Assert.Equal(
            ["/Web-1", "/web-10", "/web-2", "B/Web-1", "B/web-10", "B/web-2", "a/Web-1", "a/web-10", "a/web-2", "a-b/Web-1", "a-b/web-10", "a-b/web-2"],
            _cache.List<V1Pod>().Select(p => p.Metadata.NamespaceProperty + "/" + p.Metadata.Name));
    }

    [Fact]
    public void An_object_changed_in_place_is_found_by_kind_and_key()
    {
        V1Node node = Node("a", 1, "x");
        _cache.Store(node, out _);
        _cache.VerifyUnchanged();
        node.Metadata.Labels["v"] = "y";
        string message = Assert.Throws<InvalidOperationException>(_cache.VerifyUnchanged).Message;
        Assert.Contains("V1Node a", message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => _cache.Store(Node("a", 2), out _));
        Assert.Throws<InvalidOperationException>(() => _cache.Delete(typeof(V1Node), ObjectKey.Cluster("a"), 2, out _));
    }

    [Fact]
    public void A_change_in_place_of_our_own_kinds_is_found_too()
    {
        var tags = new List<ImageTagSpec> { new() { Tag = "1" } };
        var images = new Dictionary<string, ImageSpec> { ["nginx"] = new() { Tags = tags } };
        _cache.Store(
            new NodeImage { Metadata = new V1ObjectMeta { Name = "n", ResourceVersion = "1" }, Spec = new NodeImageSpec { Images = images } }, out _);
        _cache.VerifyUnchanged();
        tags[0] = tags[0] with { Version = 1 };
        Assert.Throws<InvalidOperationException>(_cache.VerifyUnchanged);
    }

    [Fact]
    public void Without_fingerprints_nothing_is_checked_and_an_update_allocates_nothing()
    {
        var cache = new ObjectCache([], fingerprintEvery: 0);
        V1Node[] states = [.. Enumerable.Range(1, 1001).Select(i => Node("a", i))];
        for (int i = 0; i < 500; i++)
        {
            cache.Store(states[i], out _);
        }

        cache.List<V1Node>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 500; i < 1000; i++)
        {
            cache.Store(states[i], out _);
            _ = cache.List<V1Node>()[0];
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        states[999].Metadata.Labels = new Dictionary<string, string>();
        cache.VerifyUnchanged();
        Assert.True(cache.Store(states[1000], out _));
    }

    [Fact]
    public void A_resource_version_that_is_no_number_is_refused() =>
        Assert.Throws<ArgumentException>(() => _cache.Store(new V1Node { Metadata = new V1ObjectMeta { Name = "a", ResourceVersion = "x1" } }, out _));

    [Fact]
    public void Any_order_of_changes_gives_the_list_of_a_sorted_map()
    {
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 30], Gen.Bool).Array[0, 200].Sample(
            ops =>
            {
                var cache = new ObjectCache([() => new NodeCount()], fingerprintEvery: 1);
                var model = new SortedDictionary<string, V1Node>(StringComparer.Ordinal);
                long revision = 0;
                foreach ((int op, int n, bool list) in ops)
                {
                    string name = "n" + n;
                    revision++;
                    if (op < 7)
                    {
                        V1Node node = Node(name, revision);
                        Assert.True(cache.Store(node, out ObjectChange change));
                        Assert.Same(model.GetValueOrDefault(name), change.Old);
                        model[name] = node;
                    }
                    else
                    {
                        Assert.Equal(model.Remove(name), cache.Delete(typeof(V1Node), ObjectKey.Cluster(name), revision, out _));
                    }

                    Assert.Equal(model.Count, cache.Count(typeof(V1Node)));
                    Assert.Equal(model.Count, cache.Index<NodeCount>().Count);
                    if (list)
                    {
                        Assert.Equal(model.Values, cache.List<V1Node>(), ReferenceEqualityComparer.Instance);
                    }
                }

                Assert.Equal(model.Values, cache.List<V1Node>(), ReferenceEqualityComparer.Instance);
                Assert.Equal(revision, cache.ObservedRevision(typeof(V1Node)));
                cache.VerifyUnchanged();
            },
            iter: 200);
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kruise.Live.Tests.Hollow;

/// <summary>
/// Nodes whose kubelets are scripted, and a binder in the scheduler's place that gives each new pod to the node with the fewest. Pods are real objects on a real
/// API server; nothing runs.
/// </summary>
internal sealed class HollowKubelets : IObjectSink<V1Pod>, IAsyncDisposable
{
    private readonly ApiClient _client;
    private readonly string[] _nodes;
    private readonly Func<string, ContainerScript> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (HollowPod Pod, V1Pod Object)> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _boundTo = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Task> _work = new();
    private readonly Task _watch;

    private HollowKubelets(ApiClient client, string[] nodes, Func<string, ContainerScript> script)
    {
        _client = client;
        _nodes = nodes;
        _script = script;
        _watch = new Reflector<V1Pod>(client, ListScope.Everything, this, ReflectorOptions.Default, NullLogger.Instance).RunAsync(_stop.Token);
    }

    /// <summary>The pods that have ever been seen, by uid.</summary>
    public ConcurrentDictionary<string, ObjectKey> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Registers nodes and starts their kubelets.</summary>
    /// <param name="client">May do everything.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="script">How a container of an image goes.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<HollowKubelets> StartAsync(ApiClient client, int nodes, Func<string, ContainerScript> script, CancellationToken cancellation)
    {
        string[] names = [.. Enumerable.Range(0, nodes).Select(i => $"hollow-{i:D3}")];
        foreach (string name in names)
        {
            await client.CreateAsync(new V1Node { ApiVersion = "v1", Kind = V1Node.KubeKind, Metadata = new V1ObjectMeta { Name = name } }, cancellation);
        }

        return new HollowKubelets(client, names, script);
    }

    /// <summary>From now on nothing happens to the pods of a node, whatever becomes of them, and it gets no more.</summary>
    public void Lose(string node)
    {
        lock (_gate)
        {
            _lost.Add(node);
        }
    }

    /// <summary>The node is back, and deals with what it missed.</summary>
    public void Recover(string node)
    {
        lock (_gate)
        {
            _lost.Remove(node);
            foreach ((HollowPod pod, V1Pod obj) in _pods.Values)
            {
                if (obj.Spec.NodeName == node)
                {
                    pod.Changed(obj);
                }
            }
        }
    }

    public void Store(V1Pod obj)
    {
        string uid = obj.Metadata.Uid;
        Seen.TryAdd(uid, ObjectKey.Of(obj));
        lock (_gate)
        {
            if (obj.Spec.NodeName is not { Length: > 0 } node)
            {
                if (obj.Metadata.DeletionTimestamp is null && !_boundTo.ContainsKey(uid))
                {
                    _work.Enqueue(BindAsync(obj, _boundTo[uid] = Fewest()));
                }

                return;
            }

            _boundTo[uid] = node;
            if (_pods.TryGetValue(uid, out (HollowPod Pod, V1Pod Object) known))
            {
                _pods[uid] = known with { Object = obj };
                if (!_lost.Contains(node))
                {
                    known.Pod.Changed(obj);
                }
            }
            else if (!_lost.Contains(node))
            {
                var pod = new HollowPod(obj, _client, _script, IsLost);
                _pods.Add(uid, (pod, obj));
                _work.Enqueue(Task.Run(() => pod.RunAsync(_stop.Token)));
            }
        }
    }

    public void Delete(ObjectKey key, long revision)
    {
        lock (_gate)
        {
            foreach (string uid in _pods.Where(pod => ObjectKey.Of(pod.Value.Object) == key).Select(pod => pod.Key).ToArray())
            {
                _pods.Remove(uid);
                _boundTo.Remove(uid);
            }
        }
    }

    public void Observe(long revision)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        foreach (Task work in _work)
        {
            try
            {
                await work;
            }
            catch (OperationCanceledException)
            {
                // The node is switched off.
            }
        }

        _stop.Dispose();
    }

    private bool IsLost(string node)
    {
        lock (_gate)
        {
            return _lost.Contains(node);
        }
    }

    private string Fewest() => _nodes.Where(node => !_lost.Contains(node)).MinBy(node => _boundTo.Values.Count(bound => bound == node))!;

    private async Task BindAsync(V1Pod pod, string node)
    {
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
        };
        try
        {
            await _client.SendJsonAsync(HttpMethod.Post, ResourceKind.Of<V1Pod>().Path(ObjectKey.Of(pod), "binding"), binding, _stop.Token);
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            // Deleted meanwhile, or the server is away: the next news of it is a new try.
            lock (_gate)
            {
                _boundTo.Remove(pod.Metadata.Uid);
            }
        }
    }
}

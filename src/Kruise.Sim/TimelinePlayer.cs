using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Faults;
using Kruise.Sim.Images;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim;

/// <summary>Carries out what a scenario's timeline says, as a person with kubectl or a machine that breaks would.</summary>
internal sealed partial class TimelinePlayer(
    EventLoop loop,
    ApiServer server,
    NodeFleet nodes,
    IReadOnlyList<Registry> registries,
    WebhookService webhooks,
    SimTime duration,
    RandomStream choices,
    List<string> notes)
    : IAdmittedCallback
{
    private readonly List<UserAction> _underWay = [];

    /// <summary>Is told when an action has been answered that took time; nobody when null.</summary>
    public Action? Answered { get; init; }

    /// <summary>Actions that webhooks are being asked about.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>The same in words, the oldest first.</summary>
    public IEnumerable<string> Unanswered => _underWay.Select(action => action.What);

    /// <summary>What is drawn into plots.</summary>
    public List<TimelineMark> Marks { get; } = [];

    public void Play(TimelineEntry entry)
    {
        if (entry.Apply is { } apply)
        {
            foreach (IKubernetesObject<V1ObjectMeta> obj in apply.Objects)
            {
                Apply(obj);
            }
        }

        if (entry.Delete is { } delete)
        {
            Type type = ManifestRules.Types.First(t => t.Kind == delete.Kind.ToString()).Type;
            ObjectKey key = delete.Key;
            Check(server.Delete(type, key), $"delete {delete.Kind} {key}");
        }

        if (entry.Fault is { } fault)
        {
            Begin(fault);
        }

        PlayOnWorkloads(entry);
        PlayOnNodes(entry);
        if (entry.AddNodes is { } add)
        {
            Mark($"{add.Count} nodes join {add.Pool}");
            nodes.Join(add.Pool, add.Count);
        }

        if (entry.RemoveNodes is { } remove)
        {
            Mark($"{remove.Count} nodes leave {remove.Pool}");
            nodes.Leave(remove.Pool, remove.Count);
        }
    }

    public void OnDecided(object? state, in ApiResult result)
    {
        var action = (UserAction)state!;
        _underWay.Remove(action);
        Check(result, action.What);
        Answered?.Invoke();
    }

    private void Apply(IKubernetesObject<V1ObjectMeta> obj)
    {
        // As kubectl apply: create it, or bring the spec of the object that exists to what the manifest says.
        string what = $"apply {obj.Kind} {ObjectKey.Of(obj)}";
        switch (obj)
        {
            case ImagePullJob job when server.Peek<ImagePullJob>(ObjectKey.Of(job)) is not null:
                Patch<ImagePullJob>(ObjectKey.Of(job), present => present with { Spec = job.Spec }, what);
                return;
            case CloneSet set when server.Peek<CloneSet>(ObjectKey.Of(set)) is not null:
                Mark($"{set.Metadata.Name} is applied anew");
                Patch<CloneSet>(ObjectKey.Of(set), present => present with { Spec = set.Spec }, what);
                return;
            case SidecarSet set when server.Peek<SidecarSet>(ObjectKey.Of(set)) is not null:
                Mark($"{set.Metadata.Name} is applied anew");
                Patch<SidecarSet>(ObjectKey.Of(set), present => present with { Spec = set.Spec }, what);
                return;
        }

        var action = new UserAction(what);
        _underWay.Add(action);
        if (server.Webhooks?.TryBegin(new Write.Create(obj), this, action) == true)
        {
            return;
        }

        _underWay.Remove(action);
        ApiResult created = server.Create(obj);
        if (created.Reason != ApiReason.AlreadyExists)
        {
            Check(created, what);
        }
    }

    private void Patch<T>(ObjectKey key, Func<T, T> patch, string what)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var action = new UserAction(what);
        _underWay.Add(action);
        if (server.Webhooks?.TryBeginPatch(key, patch, this, action) != true)
        {
            _underWay.Remove(action);
            Check(server.Patch(key, patch), what);
        }
    }

    private void Check(in ApiResult result, string action)
    {
        if (!result.Succeeded)
        {
            notes.Add(FormattableString.Invariant($"at {loop.Now.Seconds:0.###} s: {action} was refused: {result.Message}"));
        }
    }

    private void Begin(Fault fault)
    {
        SimTime until = fault.For is { } length ? loop.Now + length : SimTime.MaxValue;
        if (until <= loop.Now)
        {
            return;
        }

        Marks.Add(new TimelineMark(loop.Now, fault.For is null ? duration : until, FaultText.Describe(fault)));
        switch (fault)
        {
            case DaemonOutage daemons:
                nodes.StopDaemons(daemons.Pool, daemons.Count, until);
                return;
            case NodeOutage lost:
                nodes.KillNodes(lost.Pool, lost.Count, until);
                return;
            case NodeSlowdown slow:
                nodes.SlowNodes(slow.Pool, slow.Count, slow.Factor, until);
                return;
            case WebhookDown down:
                webhooks.Down(down.Mode == OutageMode.Hang ? WebhookOutage.Hang : WebhookOutage.Refuse, until);
                return;
            case WebhookSlow slow:
                webhooks.Slow(slow.Factor ?? 1, slow.Added ?? SimTime.Zero, until);
                return;
        }

        var onRegistry = (RegistryFault)fault;
        Registry registry = registries.First(r => r.Parameters.Name == onRegistry.Registry);
        switch (onRegistry)
        {
            case RegistryOutage outage:
                registry.AddOutage(new OutageWindow(outage.Mode == OutageMode.Hang ? OutageKind.Hang : OutageKind.Refuse, loop.Now, until));
                break;
            case RegistrySlowdown slow:
                registry.AddOutage(new OutageWindow(OutageKind.Slow, loop.Now, until, slow.Factor));
                break;
            case RegistryErrors errors:
                registry.AddOutage(new OutageWindow(OutageKind.Errors, loop.Now, until) { ErrorRate = errors.Rate });
                break;
            case RegistryRateLimit limit:
                registry.AddOutage(new OutageWindow(OutageKind.Limit, loop.Now, until)
                {
                    RequestLimit = WorldBuilder.RequestLimit(limit.Rate, limit.Burst, limit.Counted, limit.RetryAfter),
                });
                break;
        }
    }

    // One action, told from another of the same words.
    private sealed class UserAction(string what)
    {
        public string What { get; } = what;
    }
}

using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Tests.Cluster.Conformance;

/// <summary>A row of the table: steps in order, each with what it must answer.</summary>
internal sealed record ConformanceCase(string Title, IReadOnlyList<Step> Steps)
{
    public override string ToString() => Title;
}

/// <summary>What an answer must be.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Reason">The reason of the Status object.</param>
/// <param name="Revision">How the resourceVersion compares with the last known state of the object.</param>
/// <param name="Generation">metadata.generation; not looked at when null.</param>
/// <param name="Facts">What else holds of the object, by name.</param>
internal sealed record Expectation(
    int Code,
    string Reason = "",
    RevisionChange Revision = RevisionChange.Any,
    long? Generation = null,
    params (string Name, Func<IKubernetesObject<V1ObjectMeta>, Known, bool> Holds)[] Facts);

internal enum RevisionChange
{
    Any,
    Same,
    Newer,
}

/// <summary>One step.</summary>
internal abstract record Step
{
    /// <summary>Create, Update or UpdateStatus of an object made from what is known.</summary>
    internal sealed record Send(ApiVerb Verb, Func<Known, IKubernetesObject<V1ObjectMeta>> Object, Expectation Expect) : Step;

    internal sealed record Delete(Type Kind, string Name, Func<Known, DeleteOptions> Options, Expectation Expect) : Step;

    internal sealed record Get(Type Kind, string Name, Expectation Expect) : Step;

    internal sealed record List(Type Kind, string[] Names) : Step;

    internal sealed record Watch(string Stream, Type Kind, string? Name, Func<Known, long> From, int Code) : Step;

    /// <summary>
    /// The events a watch has gathered, each as <c>TYPE name</c>; revisions must rise. The first <paramref name="Initial"/> say what existed: a server may
    /// give them in any order.
    /// </summary>
    internal sealed record Events(
        string Stream, string[] Expected, Func<IReadOnlyList<GatheredEvent>, Known, bool>? Holds = null, int Initial = 0) : Step;

    internal sealed record Compact : Step;

    internal sealed record Settle : Step;
}

/// <summary>The states of objects as they were answered, oldest first.</summary>
internal sealed class Known
{
    public const string Namespace = "default";
    private readonly Dictionary<(Type, string), List<IKubernetesObject<V1ObjectMeta>>> _states = [];

    /// <summary>The revision of the last list.</summary>
    public long ListRevision { get; set; }

    public void Add(IKubernetesObject<V1ObjectMeta> obj)
    {
        if (!_states.TryGetValue((obj.GetType(), obj.Metadata.Name), out List<IKubernetesObject<V1ObjectMeta>>? states))
        {
            _states[(obj.GetType(), obj.Metadata.Name)] = states = [];
        }

        states.Add(obj);
    }

    public IKubernetesObject<V1ObjectMeta>? Find(Type kind, string name) => _states.GetValueOrDefault((kind, name))?[^1];

    /// <summary>The last known state, or an earlier one by number.</summary>
    public T State<T>(string name, Index? which = null)
        where T : class => (T)_states[(typeof(T), name)][which ?? ^1];

    public ImagePullJob Job(string name = "a", Index? which = null) => State<ImagePullJob>(name, which);

    public NodeImage Image(string name = "a", Index? which = null) => State<NodeImage>(name, which);

    public V1Node Node(string name = "a") => State<V1Node>(name);

    public V1Secret Secret(string name = "a") => State<V1Secret>(name);

    public static ObjectKey KeyOf(Type kind, string name) =>
        kind == typeof(V1Node) || kind == typeof(NodeImage) ? ObjectKey.Cluster(name) : new ObjectKey(Namespace, name);
}

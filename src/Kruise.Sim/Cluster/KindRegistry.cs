using System.Diagnostics.CodeAnalysis;

namespace Kruise.Sim.Cluster;

/// <summary>The kinds that an API server serves.</summary>
internal sealed class KindRegistry
{
    private readonly Dictionary<Type, KindInfo> _byType = [];
    private readonly Dictionary<(string Group, string Kind), KindInfo> _byName = [];
    private readonly List<KindInfo> _kinds = [];

    public KindRegistry(params ReadOnlySpan<KindInfo> kinds)
    {
        foreach (KindInfo kind in kinds)
        {
            Add(kind);
        }
    }

    /// <summary>In order of registration.</summary>
    public IReadOnlyList<KindInfo> Kinds => _kinds;

    /// <exception cref="ArgumentException">The type or the name is already registered.</exception>
    public void Add(KindInfo kind)
    {
        if (kind.Ordinal >= 0)
        {
            throw new ArgumentException($"The registration of {kind.Kind} already belongs to a registry.", nameof(kind));
        }

        _byType.Add(kind.Type, kind);
        _byName.Add((kind.Group, kind.Kind), kind);
        kind.Ordinal = _kinds.Count;
        _kinds.Add(kind);
    }

    /// <exception cref="InvalidOperationException">The type is not registered.</exception>
    public KindInfo Of(Type type) =>
        _byType.TryGetValue(type, out KindInfo? kind)
            ? kind
            : throw new InvalidOperationException($"The API server serves no {type.Name}; it serves {string.Join(", ", _kinds)}.");

    /// <summary>Finds a kind as owner references name it; the version may differ, as the server converts between versions.</summary>
    public bool TryFind(string apiVersion, string kind, [NotNullWhen(true)] out KindInfo? info) =>
        _byName.TryGetValue((KindInfo.GroupOf(apiVersion), kind), out info);
}

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>What the twin makes of a field of a pod template or of a claim.</summary>
internal enum PodFieldUse
{
    /// <summary>The run depends on it as a cluster would.</summary>
    Modelled,

    /// <summary>Accepted: whatever it says, nothing that the twin models could come out differently.</summary>
    Inert,

    /// <summary>A cluster would behave differently because of it and the twin would not: a manifest that has it is not run.</summary>
    Refused,
}

/// <summary>A field of a type of the Kubernetes API, and what the twin makes of it.</summary>
/// <param name="Name">Its name in manifests.</param>
/// <param name="Use">What the twin makes of it.</param>
/// <param name="Why">What it does in the twin, why it does nothing, or why it is refused.</param>
internal sealed record PodField(string Name, PodFieldUse Use, string Why)
{
    /// <summary>Whether a manifest without it is wrong.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The only values that are accepted; null when all are.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    public static PodField Modelled(string name, string why) => new(name, PodFieldUse.Modelled, why);

    /// <summary>Fields that are inert for the same reason.</summary>
    public static IEnumerable<PodField> Inert(string why, params string[] names) => names.Select(name => new PodField(name, PodFieldUse.Inert, why));

    /// <summary>Fields that are refused for the same reason, which goes on from the field's name: "is not simulated".</summary>
    public static IEnumerable<PodField> Refused(string why, params string[] names) => names.Select(name => new PodField(name, PodFieldUse.Refused, why));
}

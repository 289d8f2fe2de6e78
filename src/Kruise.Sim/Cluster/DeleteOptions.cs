namespace Kruise.Sim.Cluster;

/// <summary>What becomes of the objects that a deleted object owns.</summary>
internal enum Propagation
{
    /// <summary>As the object's finalizers say; without any, <see cref="Background"/>.</summary>
    Default,

    /// <summary>The owner goes at once, the dependents afterwards.</summary>
    Background,

    /// <summary>The owner stays until the dependents that block its deletion are gone.</summary>
    Foreground,

    /// <summary>The dependents stay and lose their reference to the owner.</summary>
    Orphan,
}

/// <summary>Preconditions and propagation of a delete; the default value asks for nothing special.</summary>
/// <param name="Uid">Only delete the object with this uid.</param>
/// <param name="Revision">Only delete the object at this resourceVersion.</param>
/// <param name="Propagation">What becomes of dependents.</param>
/// <param name="GraceSeconds">The grace of kinds that are deleted gracefully (pods); theirs by default when null.</param>
internal readonly record struct DeleteOptions(
    string? Uid = null, long? Revision = null, Propagation Propagation = Propagation.Default, long? GraceSeconds = null);

namespace Kruise.Core.Lifecycles;

/// <summary>Where a pod stands in its lifecycle: the values of its state label.</summary>
public static class LifecycleState
{
    /// <summary>In service; also what a pod without the label is.</summary>
    public const string Normal = "Normal";

    /// <summary>To be updated in place as soon as nobody holds it.</summary>
    public const string PreparingUpdate = "PreparingUpdate";

    /// <summary>Being updated in place.</summary>
    public const string Updating = "Updating";

    /// <summary>Updated, and waiting until whoever let go of it holds it again.</summary>
    public const string Updated = "Updated";

    /// <summary>To be deleted as soon as nobody holds it.</summary>
    public const string PreparingDelete = "PreparingDelete";
}

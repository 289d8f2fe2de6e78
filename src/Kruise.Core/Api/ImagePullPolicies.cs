namespace Kruise.Core.Api;

/// <summary>When a kubelet pulls the image of a container.</summary>
public static class ImagePullPolicies
{
    /// <summary>Before every start.</summary>
    public const string Always = "Always";

    /// <summary>Before a start on a node that does not have it.</summary>
    public const string IfNotPresent = "IfNotPresent";

    /// <summary>Not at all: it must be there.</summary>
    public const string Never = "Never";
}

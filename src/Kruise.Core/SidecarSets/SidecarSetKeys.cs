namespace Kruise.Core.SidecarSets;

/// <summary>Annotations and variables of SidecarSets and of the pods that they are in (inventory §1.2).</summary>
public static class SidecarSetKeys
{
    /// <summary>Annotation of a set: the hash of its containers. Of a pod: a JSON map from set to the hash that the pod is at.</summary>
    public const string Hash = "kruise.io/sidecarset-hash";

    /// <summary>The same without the images of <c>containers</c>: what differs in it cannot be reached in place.</summary>
    public const string HashWithoutImage = "kruise.io/sidecarset-hash-without-image";

    /// <summary>Pod annotation: the names of the sets that are in the pod, separated by commas.</summary>
    public const string InjectedList = "kruise.io/sidecarset-injected-list";

    /// <summary>Pod annotation: a JSON map from set to what its containers ran before its last update in place.</summary>
    public const string InPlaceUpdateState = "kruise.io/sidecarset-inplace-update-state";

    /// <summary>Variable that marks a container as put in by a set.</summary>
    public const string IsInjected = "IS_INJECTED";

    /// <summary>The value of <see cref="IsInjected"/>.</summary>
    public const string True = "true";

    /// <summary>Label of a namespace whose pods are left alone, whatever its value.</summary>
    public const string ControlPlane = "control-plane";

    /// <summary>
    /// Annotation of a pod that shows one which a kubelet runs from a file of its own: nobody would run the sidecars that it is given, and an API server refuses it with
    /// a volume of a secret or a claim. v0.8.0 injected into it.
    /// </summary>
    public const string Mirror = "kubernetes.io/config.mirror";

    /// <summary>Whether pods of a namespace are left alone whatever its labels are.</summary>
    public static bool IsSystemNamespace(string @namespace) => @namespace is "kube-system" or "kube-public";
}

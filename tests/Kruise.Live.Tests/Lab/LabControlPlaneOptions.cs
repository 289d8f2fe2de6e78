namespace Kruise.Live.Tests.Lab;

/// <summary>How a lab control plane is run.</summary>
internal sealed record LabControlPlaneOptions
{
    /// <summary>Controllers of kube-controller-manager; empty leaves it out. Those that would act on hollow nodes are not among them.</summary>
    public IReadOnlyList<string> Controllers { get; init; } =
        ["garbagecollector", "namespace", "serviceaccount", "serviceaccount-token", "root-ca-cert-publisher"];

    /// <summary>Serve lists and watches from memory, as clusters do. Without it a compaction of etcd is felt at once.</summary>
    public bool WatchCache { get; init; } = true;

    /// <summary>Admission plugins to leave out.</summary>
    public IReadOnlyList<string> DisabledAdmission { get; init; } = [];

    /// <summary>Further arguments of kube-apiserver.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];
}

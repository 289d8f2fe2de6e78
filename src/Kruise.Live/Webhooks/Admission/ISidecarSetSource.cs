using Kruise.Core.Api;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>The SidecarSets that pods are given. Read for every pod, so it must cost nothing.</summary>
internal interface ISidecarSetSource
{
    /// <summary>Ends when all that there were at the start are known.</summary>
    Task Synced { get; }

    /// <summary>All sets; never changed afterwards.</summary>
    IReadOnlyList<SidecarSet> Current { get; }
}

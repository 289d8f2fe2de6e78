using Kruise.Core.Api;
using Kruise.Live.Webhooks.Admission;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>SidecarSets that do not change.</summary>
internal sealed class FixedSidecarSets(params SidecarSet[] sets) : ISidecarSetSource
{
    public TaskCompletionSource Listed { get; } = new();

    public Task Synced => Listed.Task;

    public IReadOnlyList<SidecarSet> Current => Synced.IsCompleted ? sets : throw new InvalidOperationException("Asked for before they were known.");
}

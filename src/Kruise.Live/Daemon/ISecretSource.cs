using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Daemon;

/// <summary>Knows pull secrets.</summary>
internal interface ISecretSource
{
    /// <summary>Those of the named secrets that there are, as they are now, in the order of their names. Never fails.</summary>
    Task<IReadOnlyList<V1Secret>> FindAsync(IReadOnlyList<ReferenceObject>? references, CancellationToken cancellationToken);
}

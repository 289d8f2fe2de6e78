using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Daemon;

/// <summary>Knows pull secrets.</summary>
internal interface ISecretSource
{
    /// <summary>Those of the named secrets that there are, in the order of their names. Answers from memory.</summary>
    IReadOnlyList<V1Secret> Find(IReadOnlyList<ReferenceObject>? references);
}

using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>How a call of a webhook ended.</summary>
internal enum WebhookCallEnd
{
    /// <summary>It answered, and the write goes on.</summary>
    Allowed,

    /// <summary>It answered, and the write is refused.</summary>
    Refused,

    /// <summary>It did not answer, and the write goes on without.</summary>
    Passed,

    /// <summary>It did not answer, and the write is refused for it.</summary>
    Failed,
}

/// <summary>A write for which webhooks are called.</summary>
/// <param name="Number">Tells it from all others.</param>
/// <param name="Verb">What it is.</param>
/// <param name="Object">The object as sent; what is stored, for a patch.</param>
internal readonly record struct AdmittedWrite(long Number, ApiVerb Verb, IKubernetesObject<V1ObjectMeta> Object);

/// <summary>Hears, at the moment it happens, what becomes of writes for which webhooks are called. Must not write to the API server.</summary>
internal interface IAdmissionObserver
{
    /// <summary>A write has reached the API server, and webhooks are about to be called.</summary>
    void Arrived(in AdmittedWrite write);

    /// <summary>A call has ended.</summary>
    void Called(in AdmittedWrite write, AdmissionStep step, SimTime took, WebhookCallEnd end);

    /// <summary>All webhooks have been called, and the store is about to decide; a commit that follows before <see cref="Decided"/> is of this write.</summary>
    void Committing(in AdmittedWrite write, bool unanswered);

    /// <summary>The write has come to its end, stored or not.</summary>
    void Decided(in AdmittedWrite write, in ApiResult result);
}

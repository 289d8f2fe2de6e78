using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Daemon;

/// <summary>Takes events to be recorded. Returns at once and never fails.</summary>
internal interface IEventSink
{
    void Record(V1ObjectReference about, EventSeverity severity, string reason, string message);
}

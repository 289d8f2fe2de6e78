using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Events;

/// <summary>A real API server takes our events and shows them as those of others.</summary>
public sealed class EventsOnApiServerTests(SharedControlPlane shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_taken_counted_and_combined()
    {
        string home = await shared.CreateNamespaceAsync("events", Cancellation);
        using var connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var client = new ApiClient(connection, "kruise-test/events", null, TimeProvider.System);
        var job = new V1ObjectReference
        {
            ApiVersion = "apps.kruise.io/v1alpha1",
            Kind = "ImagePullJob",
            Name = "warm",
            NamespaceProperty = home,
            Uid = "f2b0a4d0-0000-4000-8000-000000000000",
        };
        await using (var recorder = new EventRecorder(
            new ApiEventWriter(client), new EventSourceName("imagepulljob-controller", null), TimeProvider.System, NullLogger.Instance))
        {
            recorder.Record(job, EventSeverity.Normal, "Done", "all warm");
            recorder.Record(job, EventSeverity.Normal, "Done", "all warm");
            recorder.Record(job, EventSeverity.Warning, "Long", new string('€', 1000));
            for (int i = 1; i <= 12; i++)
            {
                recorder.Record(job, EventSeverity.Warning, "PullImageFailed", $"node-{i}: no such image");
            }

            await recorder.StopAsync(TimeSpan.FromSeconds(30));
        }

        Corev1EventList events = await (await shared.AdminAsync(Cancellation)).CoreV1.ListNamespacedEventAsync(
            home, fieldSelector: "involvedObject.name=warm", cancellationToken: Cancellation);
        Corev1Event done = Assert.Single(events.Items, e => e.Reason == "Done");
        Assert.Equal((2, "all warm", "Normal", "imagepulljob-controller"), (done.Count, done.Message, done.Type, done.Source.Component));
        Assert.Equal(("imagepulljob-controller", job.Uid), (done.ReportingComponent, done.InvolvedObject.Uid));
        Assert.Equal(341, Assert.Single(events.Items, e => e.Reason == "Long").Message.Count(c => c == '€') + 1);
        Assert.Equal(10, events.Items.Count(e => e.Reason == "PullImageFailed"));
        Corev1Event combined = Assert.Single(events.Items, e => e.Message.StartsWith("(combined", StringComparison.Ordinal));
        Assert.Equal((3, "(combined from similar events): node-12: no such image"), (combined.Count, combined.Message));
    }

    [Fact]
    public async Task An_event_about_an_object_without_a_namespace_goes_to_default()
    {
        using var connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        string node = $"node-{Guid.NewGuid():n}";
        await using (var recorder = new EventRecorder(
            new ApiEventWriter(new ApiClient(connection, "kruise-test/events", null, TimeProvider.System)),
            new EventSourceName("imagepuller", node),
            TimeProvider.System,
            NullLogger.Instance))
        {
            recorder.Record(new V1ObjectReference { ApiVersion = "apps.kruise.io/v1alpha1", Kind = "NodeImage", Name = node }, EventSeverity.Warning, "X", "m");
            await recorder.StopAsync(TimeSpan.FromSeconds(30));
        }

        Corev1EventList events = await (await shared.AdminAsync(Cancellation)).CoreV1.ListNamespacedEventAsync(
            "default", fieldSelector: $"involvedObject.name={node}", cancellationToken: Cancellation);
        Assert.Equal(node, Assert.Single(events.Items).Source.Host);
    }
}

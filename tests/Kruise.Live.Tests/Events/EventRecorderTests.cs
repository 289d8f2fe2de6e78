using System.Net;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Events;

public sealed class EventRecorderTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = EventRecorderOptions.Default.Pause;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, 123, TimeSpan.Zero));
    private readonly FakeEventWriter _writer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_has_all_that_readers_look_for()
    {
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("node-1"), EventSeverity.Warning, "PullImageFailed", "no such image");
        recorder.Record(About("job") with { NamespaceProperty = "shop" }, EventSeverity.Normal, "Done", "all warm");
        await recorder.StopAsync(s_limit);

        EventObject[] written = [.. _writer.Requests.Select(r => r.Event)];
        Assert.Equal(["default", "shop"], written.Select(e => e.Metadata.Namespace));
        Assert.Equal(["Warning", "Normal"], written.Select(e => e.Type));
        Assert.Matches("^node-1\\.[0-9a-f]{16}$", written[0].Metadata.Name);
        Assert.Equal(new DateTime(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc), written[0].FirstTimestamp);
        Assert.Equal(("imagepuller", "node-1"), (written[0].ReportingComponent, written[0].ReportingInstance));
    }

    [Fact]
    public async Task Two_events_of_one_moment_have_names_of_their_own()
    {
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "one");
        recorder.Record(About("a"), EventSeverity.Warning, "X", "two");
        await recorder.StopAsync(s_limit);

        Assert.Equal(2, _writer.Stored.Count);
    }

    [Fact]
    public async Task An_event_again_patches_the_first_and_is_made_anew_when_the_server_has_forgotten_it()
    {
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "again");
        recorder.Record(About("a"), EventSeverity.Warning, "X", "again");
        await UntilRequestsAsync(2);
        _writer.Stored.Clear();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "again");
        await recorder.StopAsync(s_limit);

        Assert.Equal(["POST", "PATCH", "PATCH", "POST"], _writer.Requests.Select(r => r.Verb));
        Assert.Equal(3, Assert.Single(_writer.Stored.Values).Count);
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_without_waiting()
    {
        double before = EventMetrics.Dropped.WithLabels(EventMetrics.QueueFull).Value;
        var gate = new TaskCompletionSource();
        _writer.Gate = gate.Task;
        await using EventRecorder recorder = Recorder(new EventRecorderOptions { QueueLength = 3 });
        recorder.Record(About("under way"), EventSeverity.Warning, "X", "m");
        await UntilRequestsAsync(1);
        for (int i = 0; i < 10; i++)
        {
            recorder.Record(About($"n{i}"), EventSeverity.Warning, "X", "m");
        }

        Assert.Equal(7, EventMetrics.Dropped.WithLabels(EventMetrics.QueueFull).Value - before);
        gate.SetResult();
        await recorder.StopAsync(s_limit);
        Assert.Equal(["under way", "n0", "n1", "n2"], _writer.Requests.Select(r => r.Event.InvolvedObject.Name));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_tried_twelve_times_ten_seconds_apart_then_the_next_event_comes()
    {
        _writer.Answer = n => n <= 12 ? new HttpRequestException("refused") : null;
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("lost"), EventSeverity.Warning, "X", "m");
        recorder.Record(About("kept"), EventSeverity.Warning, "X", "m");
        for (int n = 1; n < 12; n++)
        {
            await UntilRequestsAsync(n);
            await AdvanceUntilAsync(n + 1);
        }

        await UntilRequestsAsync(13);
        await recorder.StopAsync(s_limit);
        Assert.Equal("kept", Assert.Single(_writer.Stored.Values).InvolvedObject.Name);
        Assert.InRange(_time.GetUtcNow() - _time.Start, s_pause * 10, s_pause * 12.5);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, 1)]
    [InlineData(HttpStatusCode.UnprocessableEntity, 1)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 2)]
    [InlineData(HttpStatusCode.TooManyRequests, 2)]
    public async Task A_rejected_event_is_dropped_and_a_busy_server_is_asked_again(HttpStatusCode code, int tries)
    {
        _writer.Answer = n => n == 1 ? FakeEventWriter.Error(code) : null;
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "m");
        await UntilRequestsAsync(1);
        if (tries == 2)
        {
            await AdvanceUntilAsync(2);
        }

        await recorder.StopAsync(s_limit);
        Assert.Equal(tries, _writer.Requests.Length);
    }

    [Fact]
    public async Task A_stop_gives_each_waiting_event_one_try_at_once()
    {
        _writer.Answer = _ => new HttpRequestException("refused");
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "m");
        recorder.Record(About("b"), EventSeverity.Warning, "X", "m");
        await UntilRequestsAsync(1);
        await recorder.StopAsync(s_limit);

        Assert.Equal(["a", "a", "b"], _writer.Requests.Select(r => r.Event.InvolvedObject.Name));
    }

    [Fact]
    public async Task A_stop_ends_when_its_time_is_over_and_counts_what_is_lost()
    {
        double before = EventMetrics.Dropped.WithLabels(EventMetrics.Stopped).Value;
        _writer.Gate = new TaskCompletionSource().Task;
        await using EventRecorder recorder = Recorder();
        recorder.Record(About("a"), EventSeverity.Warning, "X", "m");
        recorder.Record(About("b"), EventSeverity.Warning, "X", "m");
        await UntilRequestsAsync(1);
        Task stop = recorder.StopAsync(TimeSpan.FromSeconds(5));
        recorder.Record(About("late"), EventSeverity.Warning, "X", "m");
        Assert.False(stop.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await stop.WaitAsync(s_limit, Cancellation);

        Assert.Equal(3, EventMetrics.Dropped.WithLabels(EventMetrics.Stopped).Value - before);
    }

    private static V1ObjectReference About(string name) =>
        new() { ApiVersion = "apps.kruise.io/v1alpha1", Kind = "NodeImage", Name = name, Uid = "uid-" + name };

    private EventRecorder Recorder(EventRecorderOptions? options = null) =>
        new(_writer, new EventSourceName("imagepuller", "node-1"), _time, NullLogger.Instance, options);

    private Task UntilRequestsAsync(int count) =>
        Until.HoldsAsync(_ => Task.FromResult(_writer.Requests.Length >= count), $"{count} requests", s_limit, Cancellation);

    // The recorder may not have begun to wait when time moves: moves on in small steps until it has gone on.
    private Task AdvanceUntilAsync(int count) => Until.HoldsAsync(
        _ =>
        {
            if (_writer.Requests.Length < count)
            {
                _time.Advance(s_pause / 10);
            }

            return Task.FromResult(_writer.Requests.Length >= count);
        },
        $"{count} requests",
        s_limit,
        Cancellation);
}

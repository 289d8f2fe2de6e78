using k8s.Models;
using Kruise.Live.Cluster.Events;
using Xunit;

namespace Kruise.Live.Tests.Events;

public sealed class EventCorrelatorTests
{
    private static readonly DateTime s_start = new(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc);
    private readonly EventCorrelator _correlator = new(new EventLimits { Burst = 1000 });
    private int _names;

    [Fact]
    public void The_same_event_again_raises_the_count_of_the_first()
    {
        CorrelatedEvent first = _correlator.Correlate(Event("failed"), s_start);
        CorrelatedEvent second = _correlator.Correlate(Event("failed") with { LastTimestamp = s_start.AddHours(3) }, s_start.AddHours(3));

        Assert.Equal(EventVerdict.Create, first.Verdict);
        Assert.Equal(EventVerdict.Patch, second.Verdict);
        Assert.Equal((first.Event.Metadata.Name, 2, s_start, s_start.AddHours(3)),
            (second.Event.Metadata.Name, second.Event.Count, second.Event.FirstTimestamp, second.Event.LastTimestamp));
    }

    [Fact]
    public void Another_reason_type_object_or_field_is_another_event()
    {
        EventObject one = Event("failed");
        EventObject[] others =
        [
            one, one with { Reason = "Other" }, one with { Type = "Normal" }, one with { InvolvedObject = About("b") },
            one with { InvolvedObject = one.InvolvedObject with { FieldPath = "spec.images" } },
            one with { InvolvedObject = one.InvolvedObject with { Uid = "born again" } },
        ];

        Assert.All(others, e => Assert.Equal(EventVerdict.Create, _correlator.Correlate(e, s_start).Verdict));
    }

    [Fact]
    public void From_the_tenth_different_message_on_they_become_one_event()
    {
        for (int i = 1; i <= 9; i++)
        {
            Assert.False(_correlator.Correlate(Event($"try {i}"), s_start.AddSeconds(i)).Combined);
        }

        CorrelatedEvent tenth = _correlator.Correlate(Event("try 10"), s_start.AddSeconds(10));
        CorrelatedEvent eleventh = _correlator.Correlate(Event("try 11"), s_start.AddSeconds(11));
        CorrelatedEvent firstAgain = _correlator.Correlate(Event("try 1"), s_start.AddSeconds(12));

        Assert.Equal((EventVerdict.Create, true, "(combined from similar events): try 10", 1),
            (tenth.Verdict, tenth.Combined, tenth.Event.Message, tenth.Event.Count));
        Assert.Equal((EventVerdict.Patch, "(combined from similar events): try 11", 2, tenth.Event.Metadata.Name),
            (eleventh.Verdict, eleventh.Event.Message, eleventh.Event.Count, eleventh.Event.Metadata.Name));
        Assert.Equal((EventVerdict.Patch, "try 1", 2), (firstAgain.Verdict, firstAgain.Event.Message, firstAgain.Event.Count));
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(601, false)]
    public void A_group_starts_anew_when_it_was_quiet_for_longer_than_the_window(int quietSeconds, bool combined)
    {
        for (int i = 1; i <= 9; i++)
        {
            _correlator.Correlate(Event($"try {i}"), s_start);
        }

        Assert.Equal(combined, _correlator.Correlate(Event("try 10"), s_start.AddSeconds(quietSeconds)).Combined);
    }

    [Fact]
    public void About_one_object_25_events_at_once_then_one_in_five_minutes_and_the_count_tells_of_those_left_out()
    {
        var correlator = new EventCorrelator(EventLimits.Default);
        EventVerdict[] verdicts = [.. Enumerable.Range(0, 40).Select(_ => correlator.Correlate(Event("again"), s_start).Verdict)];

        Assert.Equal(25, verdicts.Count(v => v != EventVerdict.Skip));
        Assert.Equal(EventVerdict.Create, correlator.Correlate(Event("other", "b"), s_start).Verdict);
        Assert.Equal(EventVerdict.Create, correlator.Correlate(Event("fine") with { Type = "Normal" }, s_start).Verdict);
        Assert.Equal(EventVerdict.Skip, correlator.Correlate(Event("again"), s_start.AddSeconds(299)).Verdict);
        CorrelatedEvent later = correlator.Correlate(Event("again"), s_start.AddSeconds(300));
        Assert.Equal((EventVerdict.Patch, 42), (later.Verdict, later.Event.Count));
        Assert.Equal(EventVerdict.Skip, correlator.Correlate(Event("again"), s_start.AddSeconds(301)).Verdict);
    }

    [Fact]
    public void What_was_used_least_recently_is_forgotten()
    {
        var correlator = new EventCorrelator(new EventLimits { Remembered = 2 });
        correlator.Correlate(Event("x", "a"), s_start);
        correlator.Correlate(Event("x", "b"), s_start);
        correlator.Correlate(Event("x", "a"), s_start);
        correlator.Correlate(Event("x", "c"), s_start);

        Assert.Equal(EventVerdict.Patch, correlator.Correlate(Event("x", "a"), s_start).Verdict);
        Assert.Equal(EventVerdict.Create, correlator.Correlate(Event("x", "b"), s_start).Verdict);
    }

    [Fact]
    public void A_combined_message_still_fits()
    {
        for (int i = 0; i < 12; i++)
        {
            string message = _correlator.Correlate(Event(new string((char)('a' + i), EventText.MaxMessageBytes)), s_start).Event.Message;
            Assert.True(message.Length <= EventText.MaxMessageBytes);
        }
    }

    private EventObject Event(string message, string about = "a") => new()
    {
        Metadata = new EventMetadata($"{about}.{++_names}", "default"),
        InvolvedObject = About(about),
        Type = "Warning",
        Reason = "PullImageFailed",
        Message = message,
        Source = new EventSourceName("imagepuller", "node-1"),
        FirstTimestamp = s_start,
        LastTimestamp = s_start,
    };

    private static V1ObjectReference About(string name) =>
        new() { ApiVersion = "apps.kruise.io/v1alpha1", Kind = "NodeImage", Name = name, Uid = "uid-" + name };
}

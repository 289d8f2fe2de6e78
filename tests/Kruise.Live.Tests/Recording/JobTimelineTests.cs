using System.Text;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Recording;
using Kruise.Live.Tests.Planning;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Live.Tests.Recording;

/// <summary>Timelines of hand-made histories.</summary>
public sealed class JobTimelineTests
{
    private const long Second = 1_000_000_000;
    private static readonly DateTime s_t0 = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly ObjectKey s_key = new("default", "warm");

    private readonly JobTimeline _timeline = new(s_key, s_t0);
    private long _revision;

    [Fact]
    public void The_columns_are_the_twins() => Assert.Equal(NodesCsv.Columns.Select(column => column.Name), TimelineCsv.Columns);

    [Fact]
    public void A_job_from_asking_to_its_end()
    {
        ImagePullJob job = Job(parallelism: 1);
        Observe(Node("a"), 0, isPast: true);
        Observe(Node("b"), 0, isPast: true);
        Observe(job, 10);
        NodeImage a = Node("a").Claimed(job, s_t0), b = Node("b").Claimed(job, s_t0);
        Observe(a, 11);
        Observe(a.Reporting(ImagePullPhase.Pulling, s_t0), 12);
        Observe(a.Reporting(ImagePullPhase.Pulling, s_t0, message: "503"), 15);
        Observe(a.Reporting(ImagePullPhase.Succeeded, s_t0, s_t0.AddSeconds(20)), 20);
        Observe(b, 23);
        Observe(b.Reporting(ImagePullPhase.Failed, s_t0, s_t0.AddSeconds(30), "404"), 30);
        Observe(job with { Status = new ImagePullJobStatus { CompletionTime = s_t0.AddSeconds(31), Succeeded = 1, Failed = 1 } }, 31);

        Assert.True(_timeline.IsOver);
        Assert.True(_timeline.HasAllReports());
        Assert.Equal(
            """
            default,warm,nginx:1.9.1,,a,0.000000000,1.000000000,2.000000000,,,,10.000000000,10.000000000,,,succeeded,503,0.000000000,1.000000000,,,,,,,,,,,
            default,warm,nginx:1.9.1,,b,0.000000000,13.000000000,,,,,20.000000000,20.000000000,,,failed,404,10.000000000,3.000000000,,,,,,,,,,,
            """,
            Rows(99));
        Assert.Equal(21 * Second, _timeline.Completed - _timeline.Asked);
    }

    [Fact]
    public void What_was_before_has_the_objects_times_and_no_causes()
    {
        ImagePullJob job = Job();
        job.Metadata.CreationTimestamp = s_t0.AddSeconds(-100);
        NodeImage a = Node("a", created: -500).Claimed(job, s_t0.AddSeconds(-99));
        NodeImage b = Node("b", created: -90).Claimed(job, s_t0.AddSeconds(-95));
        Observe(a.Reporting(ImagePullPhase.Succeeded, s_t0.AddSeconds(-98), s_t0.AddSeconds(-40)), 0, isPast: true);
        Observe(b.Reporting(ImagePullPhase.Pulling, s_t0.AddSeconds(-89)), 0, isPast: true);
        Observe(job, 1, isPast: true);
        Observe(b.Reporting(ImagePullPhase.Succeeded, s_t0.AddSeconds(-89), s_t0.AddSeconds(5)), 5);

        Assert.Equal(
            """
            default,warm,nginx:1.9.1,,a,0.000000000,1.000000000,2.000000000,,,,60.000000000,60.000000000,,,succeeded,,,,,,,,,,,,,,
            default,warm,nginx:1.9.1,,b,10.000000000,10.000000000,11.000000000,,,,105.000000000,95.000000000,,,succeeded,,,,,,,,,,,,,,
            """,
            Rows(9));
    }

    [Fact]
    public void A_node_that_joins_is_asked_then_and_one_that_leaves_stays_unfinished()
    {
        ImagePullJob job = Job(parallelism: 5);
        Observe(Node("a"), 0, isPast: true);
        Observe(job, 0);
        NodeImage a = Node("a").Claimed(job, s_t0);
        Observe(a, 1);
        _timeline.NodeImageGone("a", At(4));
        Observe(Node("b"), 7);
        Observe(Node("b").Claimed(job, s_t0), 8);

        Assert.Equal(
            """
            default,warm,nginx:1.9.1,,a,0.000000000,1.000000000,,,,,,,,,unfinished,,0.000000000,1.000000000,,,,,,,,,,,
            default,warm,nginx:1.9.1,,b,7.000000000,8.000000000,,,,,,,,,unfinished,,0.000000000,1.000000000,,,,,,,,,,,
            """,
            Rows(9));
    }

    [Fact]
    public void A_report_stored_before_the_completion_counts_when_heard_later_and_one_stored_after_does_not()
    {
        ImagePullJob job = Job(parallelism: 5);
        NodeImage a = Node("a").Claimed(job, s_t0), b = Node("b").Claimed(job, s_t0);
        Observe(job, 0);
        Observe(a, 1);
        Observe(b, 1);
        NodeImage late = Next(a.Reporting(ImagePullPhase.Succeeded, s_t0, s_t0.AddSeconds(9)));
        Observe(job with { Status = new ImagePullJobStatus { CompletionTime = s_t0.AddSeconds(10), Succeeded = 1, Failed = 1 } }, 10);
        Assert.False(_timeline.HasAllReports());

        _timeline.Observe(late, At(11));
        Observe(b.Reporting(ImagePullPhase.Succeeded, s_t0, s_t0.AddSeconds(12)), 12);

        Assert.Equal([RecordedOutcome.Succeeded, RecordedOutcome.Unfinished], _timeline.Rows(20 * Second).Select(row => row.Outcome));
    }

    [Fact]
    public void Nodes_that_were_never_asked_waited_for_a_slot_until_the_end()
    {
        Observe(Node("a"), 0, isPast: true);
        Observe(Job(parallelism: 0), 2);
        Assert.Equal("default,warm,nginx:1.9.1,,a,0.000000000,,,,,,,,,,unfinished,,3.000000000,0.000000000,,,,,,,,,,,", Rows(5));

        _timeline.JobGone(At(6));
        Assert.True(_timeline is { IsOver: true, IsGone: true });
        Assert.Equal(4 * Second, _timeline.Rows(99 * Second).Single().WaitingForSlot);
    }

    [Fact]
    public void Another_image_begins_a_round_of_its_own()
    {
        ImagePullJob job = Job(parallelism: 5);
        Observe(Node("a"), 0, isPast: true);
        Observe(job, 0);
        Observe(Node("a").Claimed(job, s_t0), 1);
        ImagePullJob other = job with { Spec = job.Spec with { Image = "nginx:1.9.2" } };
        Observe(other, 4);
        Observe(Node("a").Claimed(other, s_t0), 6);

        Assert.Equal(
            """
            default,warm,nginx:1.9.1,,a,0.000000000,1.000000000,,,,,,,,,unfinished,,0.000000000,1.000000000,,,,,,,,,,,
            default,warm,nginx:1.9.2,,a,4.000000000,6.000000000,,,,,,,,,unfinished,,0.000000000,2.000000000,,,,,,,,,,,
            """,
            Rows(9));
    }

    [Fact]
    public void The_claim_of_a_job_of_the_same_name_before_is_not_the_jobs()
    {
        ImagePullJob job = Job(), former = Job();
        former.Metadata.Uid = "former";
        Observe(Node("a").Claimed(former, s_t0).Reporting(ImagePullPhase.Succeeded, s_t0, s_t0), 0, isPast: true);
        Observe(job, 1);

        Assert.Null(_timeline.Rows(2 * Second).Single().Dispatched);
    }

    [Fact]
    public void Texts_are_quoted_as_the_twin_quotes_them()
    {
        var row = new RecordedRow
        {
            Node = "a",
            Image = "nginx:1",
            Asked = 0,
            Reported = 1_500_000_001,
            Outcome = RecordedOutcome.Failed,
            Message = "a \"b\",\nc",
            Attempts = 3,
            Bytes = 7,
        };
        using var ours = new MemoryStream();
        TimelineCsv.Write(ours, s_key, [row]);
        using var twins = new MemoryStream();
        using (var csv = new CsvWriter(twins))
        {
            csv.Seconds(1_500_000_001);
            csv.Seconds(1_500_000_001);
            csv.Cell(3);
            csv.Cell(7);
            csv.Cell("failed");
            csv.Cell("a \"b\",\nc");
            csv.Cell((string?)null);
        }

        Assert.Contains(",,,,," + Encoding.UTF8.GetString(twins.ToArray()), Encoding.UTF8.GetString(ours.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_counts_and_has_the_twins_percentiles()
    {
        RecordedRow[] rows =
        [
            .. Enumerable.Range(1, 150).Select(i => new RecordedRow
            {
                Node = $"n-{i}", Image = "nginx:1", Asked = 0, Reported = i * Second, Outcome = i > 149 ? RecordedOutcome.Failed : RecordedOutcome.Succeeded,
            }),
        ];
        var summary = new RecordingSummary(s_key, new JobRecording(RecordingEnd.Completed, "nginx:1", 151 * Second, true, rows));
        Percentiles twins = NearestRank.Of([.. Enumerable.Range(1, 149).Select(i => (double)i)])!;

        Assert.Equal(
            $"""
            default/warm: 149 of 150 nodes warm, 1 failed, 0 unfinished; completed after 151.000 s
            warm-up: p50 {twins.P50}.000 s, p90 {twins.P90}.000 s, p99 {twins.P99}.000 s, max {twins.Max}.000 s
            timeline: x.csv

            """,
            summary.Text("x.csv"));
        Assert.Contains("\"completionSeconds\": 151", summary.Json("x.csv"), StringComparison.Ordinal);
    }

    private static ImagePullJob Job(int parallelism = 1)
    {
        ImagePullJob job = Objects.Job("default", "warm", parallelism);
        job.Metadata.Uid = "uid";
        return job;
    }

    private static NodeImage Node(string name, int created = 0)
    {
        NodeImage nodeImage = Objects.NodeImage(name);
        nodeImage.Metadata.CreationTimestamp = s_t0.AddSeconds(created);
        return nodeImage;
    }

    private static Moment At(double seconds, bool isPast = false) => new((long)(seconds * Second), isPast);

    private NodeImage Next(NodeImage nodeImage) => nodeImage with { Metadata = nodeImage.Metadata with { ResourceVersion = $"{++_revision}" } };

    private void Observe(NodeImage nodeImage, double seconds, bool isPast = false) => _timeline.Observe(Next(nodeImage), At(seconds, isPast));

    private void Observe(ImagePullJob job, double seconds, bool isPast = false) =>
        _timeline.Observe(job with { Metadata = job.Metadata with { ResourceVersion = $"{++_revision}" } }, At(seconds, isPast));

    private string Rows(double end)
    {
        using var stream = new MemoryStream();
        TimelineCsv.Write(stream, s_key, _timeline.Rows((long)(end * Second)));
        return string.Join('\n', Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n').Skip(1));
    }
}

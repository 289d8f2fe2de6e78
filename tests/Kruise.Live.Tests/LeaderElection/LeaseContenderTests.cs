using System.Text.Json.Nodes;
using CsCheck;
using Kruise.Live.Manager.LeaderElection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.LeaderElection;

public sealed class LeaseContenderTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeLease _lease = new();

    [Fact]
    public void The_first_makes_the_lease_and_the_second_waits()
    {
        Assert.Equal(LeaseTry.Held, Try(Contender("a")));
        LeaseContender second = Contender("b");
        Assert.Equal(LeaseTry.Other, Try(second));

        Assert.Equal("a", second.Holder);
        Assert.Equal(new LeaseRecord("a", 15, _time.GetUtcNow().UtcDateTime, _time.GetUtcNow().UtcDateTime, 0), _lease.Record);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(0)]
    [InlineData(3600)]
    public void A_lease_runs_out_when_it_has_not_changed_for_its_duration_by_the_observers_clock(int skewSeconds)
    {
        Try(Contender("a", TimeSpan.FromSeconds(skewSeconds)));
        LeaseContender second = Contender("b");
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(LeaseTry.Other, Try(second));
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Equal(LeaseTry.Other, Try(second));
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(LeaseTry.Held, Try(second));
        Assert.Equal(("b", 1), (_lease.Record!.Holder, _lease.Record.Transitions));
    }

    [Fact]
    public void Renewals_keep_it_and_cost_one_request_each()
    {
        FakeLease.Way way = _lease.Open();
        LeaseContender first = Contender("a", way: way);
        LeaseContender second = Contender("b");
        Try(first);
        DateTime? acquired = _lease.Record!.AcquireTime;
        for (int i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(LeaseTry.Held, Try(first));
            Assert.Equal(LeaseTry.Other, Try(second));
        }

        Assert.Equal(22, way.Requests);
        Assert.Equal((acquired, _time.GetUtcNow().UtcDateTime, 0), (_lease.Record.AcquireTime, _lease.Record.RenewTime, _lease.Record.Transitions));
    }

    [Fact]
    public async Task A_lease_given_up_is_free_at_once()
    {
        LeaseContender first = Contender("a");
        LeaseContender second = Contender("b");
        Try(first);
        Try(second);
        await first.ReleaseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("", 1), (_lease.Record!.Holder, _lease.Record.DurationSeconds));

        Assert.Equal(LeaseTry.Held, Try(second));
        await first.ReleaseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("b", 15, 1), (_lease.Record.Holder, _lease.Record.DurationSeconds, _lease.Record.Transitions));
    }

    [Theory]
    [InlineData(nameof(Mishap.RequestLost))]
    [InlineData(nameof(Mishap.AnswerLost))]
    [InlineData(nameof(Mishap.Late))]
    public void A_renewal_that_went_wrong_is_made_good(string mishap)
    {
        FakeLease.Way way = _lease.Open();
        LeaseContender first = Contender("a", way: way);
        Try(first);
        way.Next = () => Enum.Parse<Mishap>(mishap);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(LeaseTry.Failed, Try(first));
        _lease.DeliverLate();
        way.Next = () => Mishap.None;

        Assert.Equal(LeaseTry.Held, Try(first));
        Assert.Equal(("a", 0), (_lease.Record!.Holder, _lease.Record.Transitions));
    }

    [Fact]
    public void What_others_wrote_into_the_lease_stays()
    {
        LeaseContender first = Contender("a");
        Try(first);
        JsonObject lease = _lease.Object!;
        lease["metadata"]!["annotations"] = new JsonObject { ["note"] = "by hand" };
        lease["spec"]!["strategy"] = "OldestEmulationVersion";
        _lease.Object = lease;

        Assert.Equal(LeaseTry.Held, Try(first));
        Assert.Equal("by hand", (string?)_lease.Object!["metadata"]!["annotations"]!["note"]);
        Assert.Equal("OldestEmulationVersion", (string?)_lease.Object!["spec"]!["strategy"]);
    }

    [Fact]
    public void Times_have_six_digits()
    {
        _time.SetUtcNow(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(12));
        Try(Contender("a"));

        Assert.Equal("2026-07-01T12:00:00.000001Z", (string?)_lease.Object!["spec"]!["renewTime"]);
    }

    /// <summary>Whatever happens to requests, and whatever the clocks show: no two believe at once that they hold the lease.</summary>
    [Fact]
    public void Never_two_holders()
    {
        int handovers = 0;
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3000], Gen.Enum<Mishap>(), Gen.Enum<Mishap>(), Gen.Bool).Array[50, 300].Sample(
            steps =>
            {
                var time = new FakeTimeProvider();
                var lease = new FakeLease();
                FakeLease.Way[] ways = [lease.Open(), lease.Open(), lease.Open()];
                var options = new LeaderElectionOptions();
                LeaseContender[] contenders =
                    [.. ways.Select((way, i) => new LeaseContender(way, options with { Identity = $"{i}" }, new SkewedTime(time, TimeSpan.FromHours(i))))];
                bool[] everHeld = new bool[3];
                foreach ((int who, int milliseconds, Mishap first, Mishap second, bool deliver) in steps)
                {
                    time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                    if (deliver)
                    {
                        lease.DeliverLate();
                    }

                    int request = 0;
                    ways[who].Next = () => request++ switch { 0 => first, 1 => second, _ => Mishap.None };
                    LeaseTry result = Try(contenders[who]);
                    if (result == LeaseTry.Held)
                    {
                        everHeld[who] = true;
                    }
                    else if (result == LeaseTry.Other)
                    {
                        everHeld[who] = false;
                    }

                    int leaders = Enumerable.Range(0, 3).Count(i => everHeld[i] && time.GetElapsedTime(contenders[i].HeldSince) < options.LeaseDuration);
                    Assert.True(leaders <= 1, $"{leaders} holders");
                }

                Interlocked.Add(ref handovers, lease.Record?.Transitions ?? 0);
            },
            iter: 300);
        Assert.True(handovers > 100, $"only {handovers} handovers: the test did not test much");
    }

    private static LeaseTry Try(LeaseContender contender) => contender.TryAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    private LeaseContender Contender(string identity, TimeSpan skew = default, FakeLease.Way? way = null) =>
        new(way ?? _lease.Open(), new LeaderElectionOptions { Identity = identity }, new SkewedTime(_time, skew));
}

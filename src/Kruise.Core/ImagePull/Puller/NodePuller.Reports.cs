using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Puller;

// Reports: when the status is written. By default it is written when it differs from what the API server is known to have; a polling
// puller writes when it differs from what it sent last.
public sealed partial class NodePuller
{
    private TokenBucket? _writes;
    private bool _writing;
    private long _writtenOver;
    private int _failedWrites;
    private TimeSpan? _writeBackoffMax;
    private bool _retryOnNews;
    private DateTime _retryAt;
    private DateTime _lastReportAt;
    private DateTime _refreshAt;
    private DateTime _reportAt = DateTime.MaxValue;

    private NodeImageStatus? _sent;
    private NodeImageStatus? _underWay;
    private DateTime _pollAt = DateTime.MaxValue;
    private bool _pollAfterWrite;

    private TokenBucket Writes => _writes ??= new TokenBucket(_options.StatusWritesPerSecond, _options.StatusWriteBurst);

    private void Report(DateTime now, List<PullerCommand> commands)
    {
        _reportAt = DateTime.MaxValue;
        if (_latest is null || _writing)
        {
            return;
        }

        if (_refreshAt == default)
        {
            _refreshAt = now + _options.RefreshInterval + Jitter(_options.RefreshJitter);
        }

        DateTime due = PullerStatus.Compare(_tags, _latest.Status) switch
        {
            StatusDifference.Phase => Writes.AvailableAt(now),

            // Progress leaves a permit behind, so that the end of a pull never waits because of it.
            StatusDifference.Progress =>
                Later(_lastReportAt + _options.ProgressInterval, Writes.AvailableAt(now, Math.Min(2, _options.StatusWriteBurst))),
            _ => _refreshAt,
        };
        due = Later(due, _retryAt);
        if (due <= now)
        {
            if (Writes.TryTake(now))
            {
                _refreshAt = now + _options.RefreshInterval + Jitter(_options.RefreshJitter);
                Write(PullerStatus.Build(_tags, _latest.Status), now, commands);
                return;
            }

            due = Writes.AvailableAt(now);
        }

        _reportAt = due;
    }

    // One round of a polling daemon: takes in spec and status, and sends what changed since it last sent.
    private void Poll(DateTime now, List<PullerCommand> commands)
    {
        _pollAfterWrite = _writing;
        if (_latest is null)
        {
            return;
        }

        Sync(now, commands);
        EndOverdue(now, commands);
        StartReady(now, commands);
        if (_writing)
        {
            return;
        }

        NodeImageStatus status = PullerStatus.Build(_tags, _latest.Status);
        bool wanted = _sent is null
            || !status.Equals(_sent)
            || (now - _lastReportAt >= _options.RefreshInterval
                && now - _lastReportAt >= _options.RefreshInterval + Jitter(_options.RefreshJitter));
        if (wanted && Writes.TryTake(now))
        {
            Write(status, now, commands); // and polls again when the write has ended
        }
        else
        {
            PollAgain(_options.Polling!, status, limited: wanted, now);
        }
    }

    // Busy is what this round's status says, not what has become true since: a pull that ended while the status was being written is not reported yet.
    private void PollAgain(PollingOptions polling, NodeImageStatus status, bool limited, DateTime now)
    {
        bool busy = limited || status.Succeeded + status.Failed < status.Desired;
        DateTime at = now + (busy ? polling.Busy + Jitter(polling.BusyJitter) : polling.Idle + Jitter(polling.IdleJitter));
        _pollAt = Earlier(_pollAt, at);
    }

    private void Write(NodeImageStatus status, DateTime now, List<PullerCommand> commands)
    {
        _writing = true;
        _underWay = status;
        _lastReportAt = now;
        _writtenOver = ObjectCache.RevisionOf(_latest!);
        commands.Add(new PullerCommand.WriteStatus(_latest! with { Status = status }));
    }

    private void EndWrite(StatusWriteResult result, DateTime now)
    {
        _writing = false;
        NodeImageStatus? written = _underWay;
        _underWay = null;

        // What was written may be of an object that has gone since; a new one of the same name has reports of its own.
        if (_latest is null || written is null)
        {
            return;
        }

        if (result == StatusWriteResult.Ok)
        {
            _failedWrites = 0;
            _retryAt = default;
            _sent = written;
            if (_options.Polling is { } polling)
            {
                PollAgain(polling, written, limited: false, now);
            }

            return;
        }

        if (result == StatusWriteResult.Failed)
        {
            // It may have taken effect all the same, so that what was sent before is not what the API server has.
            _sent = null;
        }

        _writeBackoffMax ??= _options.WriteBackoffMax + Jitter(_options.WriteBackoffMaxJitter);
        _retryAt = now + ItemBackoff.Delay(_options.WriteBackoffBase, _writeBackoffMax.Value, _failedWrites++);
        if (_options.Polling is not null)
        {
            _pollAt = Earlier(_pollAt, _retryAt);
        }
        else if (result == StatusWriteResult.Conflict)
        {
            // With the newer object at hand there is nothing to wait for; else its coming ends the wait.
            if (ObjectCache.RevisionOf(_latest) > _writtenOver)
            {
                _retryAt = default;
            }
            else
            {
                _retryOnNews = true;
            }
        }
    }

    private void ForgetReports()
    {
        _sent = null;
        _underWay = null;
        _failedWrites = 0;
        _retryAt = default;
        _retryOnNews = false;
        _reportAt = DateTime.MaxValue;
        _pollAt = DateTime.MaxValue;
        _pollAfterWrite = false;
    }

    private TimeSpan Jitter(TimeSpan below) => below > TimeSpan.Zero ? TimeSpan.FromTicks(_random.Next(below.Ticks)) : TimeSpan.Zero;
}

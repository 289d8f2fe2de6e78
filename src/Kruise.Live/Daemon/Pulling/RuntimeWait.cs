using Kruise.Live.Daemon.Cri;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>Waits for a runtime that is not there.</summary>
internal sealed class RuntimeWait(CriClient cri, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    // So much is left of an attempt to report why it failed: a tenth of its time, at most this.
    private static readonly TimeSpan LongestReserve = TimeSpan.FromSeconds(1);

    /// <summary>Whether the runtime answered before the attempt's remaining time was, but for a small rest, over.</summary>
    public async Task<bool> UntilAnswersAsync(TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        TimeSpan reserve = timeLeft / 10 < LongestReserve ? timeLeft / 10 : LongestReserve;
        TimeSpan limit = timeLeft - reserve;
        long begin = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; time.GetElapsedTime(begin) + pause < limit; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, time, cancellationToken);
            try
            {
                await cri.VersionAsync(AnswerTimeout, cancellationToken);
                return true;
            }
            catch (CriException)
            {
                // Asked again.
            }
        }

        return false;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kruise.Core.ImagePull;
using Kruise.Live.Daemon.Cri;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>
/// Keeps the layers of pulls that were cut off. containerd holds what a pull fetches under a lease that goes with the call: when a time limit,
/// a registry or a daemon's restart ends the call, it removes even complete layers, and the next attempt begins anew. A lease of our own,
/// named in the call's headers, holds them until the image is there or an hour or two have passed. Other runtimes know no leases and get none.
/// </summary>
internal sealed class PullLeases(CriClient cri, TimeProvider time)
{
    // A lease cannot be prolonged. So there is one for each hour in which attempts begin, and it lasts longer than any of these.
    private static readonly TimeSpan Slot = TimeSpan.FromHours(1);

    private bool _isUnknown;

    /// <summary>A lease for an attempt that takes at most a given time; null when the runtime has none.</summary>
    public async Task<string?> TakeAsync(ImageReference image, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_isUnknown)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        string id = string.Create(CultureInfo.InvariantCulture, $"kruise-{Digest(image)}-{now.UtcTicks / Slot.Ticks}-{limit.TotalMinutes:0}");
        try
        {
            await cri.CreateLeaseAsync(id, now + Slot + limit, cancellationToken);
            return id;
        }
        catch (CriException e) when (!e.IsRuntimeLost)
        {
            _isUnknown = e.Failure == CriFailure.NotCri;
            return null;
        }
    }

    public async Task ReleaseAsync(string? id, CancellationToken cancellationToken)
    {
        try
        {
            if (id is not null)
            {
                await cri.DeleteLeaseAsync(id, cancellationToken);
            }
        }
        catch (CriException)
        {
            // It ends by itself.
        }
    }

    private static string Digest(ImageReference image) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image.ToString())).AsSpan(0, 8));
}

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

    private readonly Lock _lock = new();
    private readonly List<(string Image, string Id, DateTimeOffset Expires)> _held = [];
    private bool _isUnknown;

    /// <summary>A lease for an attempt that takes at most a given time; null when the runtime has none.</summary>
    public async Task<string?> TakeAsync(ImageReference image, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_isUnknown)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        double minutes = Math.Ceiling(limit.TotalMinutes);
        DateTimeOffset expires = now + Slot + TimeSpan.FromMinutes(minutes);
        string name = image.ToString();
        string id = string.Create(CultureInfo.InvariantCulture, $"kruise-{Digest(name)}-{now.UtcTicks / Slot.Ticks}-{minutes:0}");
        try
        {
            await cri.CreateLeaseAsync(id, expires, cancellationToken);
        }
        catch (CriException e) when (!e.IsRuntimeLost)
        {
            _isUnknown = e.Failure == CriFailure.NotCri;
            return null;
        }

        lock (_lock)
        {
            _held.RemoveAll(lease => lease.Expires <= now || lease.Id == id);
            _held.Add((name, id, expires));
        }

        return id;
    }

    /// <summary>Ends the leases taken for an image: it is there, or nothing of it is worth keeping.</summary>
    public async Task ReleaseAsync(ImageReference image, CancellationToken cancellationToken)
    {
        string name = image.ToString();
        string[] ids;
        lock (_lock)
        {
            ids = [.. _held.Where(lease => lease.Image == name).Select(lease => lease.Id)];
            _held.RemoveAll(lease => lease.Image == name);
        }

        try
        {
            foreach (string id in ids)
            {
                await cri.DeleteLeaseAsync(id, cancellationToken);
            }
        }
        catch (CriException)
        {
            // They end by themselves.
        }
    }

    private static string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
}

using System.Buffers;
using System.Text.Json;

namespace Kruise.Core.Reconciling;

/// <summary>
/// Finds objects that were changed in place after the cache had stored them: a hash of the object's JSON is taken when it is stored and
/// compared when it is replaced or removed. A sample of the objects is enough to find code that does so, and keeps debug runs quick.
/// </summary>
internal sealed class MutationDetector(int every, Action<Utf8JsonWriter, object> write)
{
    /// <summary>Every 16th stored object in debug builds, none in release builds.</summary>
#if DEBUG
    public const int DefaultEvery = 16;
#else
    public const int DefaultEvery = 0;
#endif

    private readonly ArrayBufferWriter<byte> _json = new();
    private long _stored;

    public void Remember(CacheEntry entry) => entry.Fingerprint = _stored++ % every == 0 ? Fingerprint(entry.Object) : null;

    public void Verify(CacheEntry entry)
    {
        if (entry.Fingerprint is { } expected && Fingerprint(entry.Object) != expected)
        {
            throw new InvalidOperationException(
                $"{entry.Object.GetType().Name} {entry.Key} was changed in place after it was cached; copy it with 'with' instead.");
        }
    }

    private ulong Fingerprint(object obj)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json))
        {
            write(writer, obj);
        }

        // FNV-1a, 64 bit.
        ulong hash = 14695981039346656037UL;
        foreach (byte b in _json.WrittenSpan)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}

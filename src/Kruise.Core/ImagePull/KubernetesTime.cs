namespace Kruise.Core.ImagePull;

/// <summary>Times as Kubernetes objects carry them.</summary>
internal static class KubernetesTime
{
    // A limit of more than a century is no limit; it also keeps every sum below within DateTime's range.
    private const long NeverSeconds = 100L * 365 * 24 * 3600;

    /// <summary>The time cut to whole seconds: what metav1.Time keeps of it.</summary>
    public static DateTime WholeSeconds(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    /// <summary>The moment <paramref name="seconds"/> after <paramref name="start"/>, or null when that is further off than a century.</summary>
    public static DateTime? After(DateTime start, long seconds) => seconds > NeverSeconds ? null : start.AddSeconds(seconds);
}

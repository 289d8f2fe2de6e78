using k8s.Models;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>One attempt to bring an image onto the node. A class and not a record, so that nothing puts its secrets into words.</summary>
internal sealed class PullRequest
{
    /// <summary><c>name:tag</c> or <c>name@digest</c>, the name in its familiar form.</summary>
    public required string Reference { get; init; }

    /// <summary>1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>After how long the attempt will be cancelled.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Secrets to try, as they are now.</summary>
    public IReadOnlyList<V1Secret> Secrets { get; init; } = [];

    /// <summary>Secrets that the spec names and nobody has: <c>namespace/name</c>.</summary>
    public IReadOnlyList<string> MissingSecrets { get; init; } = [];

    public override string ToString() => $"attempt {Attempt} at {Reference}";
}

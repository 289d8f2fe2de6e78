using Kruise.Live.Daemon.Credentials;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>Why a runtime did not pull, by how much it tells. Of several the highest is shown.</summary>
internal enum PullErrorKind
{
    /// <summary>The registry did not accept who asked.</summary>
    NotAuthorized,

    /// <summary>Anything else between runtime and registry: not found, too many requests, no connection.</summary>
    Registry,

    /// <summary>The image came, but the node could not take it: no other credential helps.</summary>
    Node,
}

/// <summary>A runtime's failure in words: its own text without wrapping and secrets.</summary>
internal sealed record PullError(PullErrorKind Kind, string Text)
{
    // Enough for any registry's answer; a status is no place for a page of HTML.
    private const int MaxLength = 1000;

    private static readonly string[] NotAuthorizedSigns =
    [
        "unauthorized", "forbidden", "authorization failed", "authentication required", "access denied", "no basic auth credentials", "insufficient_scope",
    ];

    private static readonly string[] NodeSigns =
        ["no space left on device", "failed to extract layer", "failed to prepare extraction", "read-only file system"];

    public static PullError From(string runtimeText, SecretRedactor redactor)
    {
        string text = RuntimeText.Unwrap(RuntimeText.OnOneLine(redactor.Redact(runtimeText)));
        if (text.Length > MaxLength)
        {
            text = string.Concat(text.AsSpan(0, MaxLength), "...");
        }

        // Names of images are no signs.
        string bare = RuntimeText.WithoutQuotes(text);
        PullErrorKind kind = Shows(bare, NodeSigns)
            ? PullErrorKind.Node
            : Shows(bare, NotAuthorizedSigns) ? PullErrorKind.NotAuthorized : PullErrorKind.Registry;
        return new PullError(kind, text.Length > 0 ? text : "the runtime gave no reason");
    }

    private static bool Shows(string text, string[] signs) => Array.Exists(signs, sign => text.Contains(sign, StringComparison.OrdinalIgnoreCase));
}

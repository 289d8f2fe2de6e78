using System.Diagnostics.CodeAnalysis;
using Kruise.Core.Api;

namespace Kruise.Live.Webhooks;

/// <summary>One admission path of the server, as the webhook configurations name it.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">The kind that it takes.</param>
/// <param name="IsMutating">Whether it fills in defaults; otherwise it validates.</param>
internal sealed record WebhookPath(string Path, string Kind, bool IsMutating)
{
    /// <summary>Every path with a handler.</summary>
    public static IReadOnlyList<WebhookPath> All { get; } =
    [
        new("/mutate-apps-kruise-io-v1alpha1-imagepulljob", ImagePullJob.KindName, true),
        new("/mutate-apps-kruise-io-v1alpha1-nodeimage", NodeImage.KindName, true),
        new("/mutate-apps-kruise-io-v1alpha1-cloneset", CloneSet.KindName, true),
        new("/validate-apps-kruise-io-v1alpha1-imagepulljob", ImagePullJob.KindName, false),
        new("/validate-apps-kruise-io-v1alpha1-nodeimage", NodeImage.KindName, false),
        new("/validate-apps-kruise-io-v1alpha1-cloneset", CloneSet.KindName, false),
    ];

    public static bool TryFind(string? path, [NotNullWhen(true)] out WebhookPath? found)
    {
        foreach (WebhookPath candidate in All)
        {
            if (candidate.Path == path)
            {
                found = candidate;
                return true;
            }
        }

        found = null;
        return false;
    }
}

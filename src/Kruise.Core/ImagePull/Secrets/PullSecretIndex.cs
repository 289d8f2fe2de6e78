using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Secrets;

/// <summary>Which secrets the unfinished jobs name. A change of a job costs what it names.</summary>
public sealed class PullSecretIndex : IViewIndex
{
    private readonly Dictionary<ObjectKey, IReadOnlyList<ObjectKey>> _secretsOfJobs = [];
    private readonly Dictionary<ObjectKey, int> _uses = [];

    /// <summary>The secrets that at least one unfinished job names; in no particular order.</summary>
    public IReadOnlyCollection<ObjectKey> Wanted => _uses.Keys;

    /// <summary>Whether an unfinished job names the secret.</summary>
    public bool IsWanted(ObjectKey secret) => _uses.ContainsKey(secret);

    /// <inheritdoc/>
    public void OnChange(in ObjectChange change)
    {
        if (change.Object is not ImagePullJob)
        {
            return;
        }

        IReadOnlyList<ObjectKey> now = change.New is ImagePullJob job ? Of(job) : [];
        foreach (ObjectKey secret in now)
        {
            _uses[secret] = _uses.GetValueOrDefault(secret) + 1;
        }

        if (_secretsOfJobs.Remove(change.Key, out IReadOnlyList<ObjectKey>? before))
        {
            foreach (ObjectKey secret in before)
            {
                if (--_uses[secret] == 0)
                {
                    _uses.Remove(secret);
                }
            }
        }

        if (now.Count > 0)
        {
            _secretsOfJobs.Add(change.Key, now);
        }
    }

    /// <summary>The secrets that a job needs: none when it has finished or is being deleted.</summary>
    internal static IReadOnlyList<ObjectKey> Of(ImagePullJob job) =>
        job is { Metadata.DeletionTimestamp: null, Status.CompletionTime: null, Spec.PullSecrets: { Count: > 0 } names }
            ? [.. names.Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).Select(name => new ObjectKey(job.Metadata.NamespaceProperty, name))]
            : [];
}

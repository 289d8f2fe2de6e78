using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Secrets;

/// <summary>
/// Keeps a copy of every pull secret that an unfinished job names where daemons may read it, and removes the copy when no job needs it any more. A key is the
/// secret that is copied. v0.8.0 has nothing like it: its daemons may read no secrets at all (trap 1).
/// </summary>
public sealed class PullSecretReconciler : IReconciler
{
    /// <inheritdoc/>
    public string Name => "pullsecret-controller";

    /// <inheritdoc/>
    public IReadOnlyList<Type> Watches { get; } = [typeof(ImagePullJob), typeof(V1Secret)];

    /// <inheritdoc/>
    public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [() => new PullSecretIndex()];

    /// <inheritdoc/>
    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        switch (change.Object)
        {
            case ImagePullJob:
                IReadOnlyList<ObjectKey> before = change.Old is ImagePullJob old ? PullSecretIndex.Of(old) : [];
                IReadOnlyList<ObjectKey> after = change.New is ImagePullJob current ? PullSecretIndex.Of(current) : [];
                foreach (ObjectKey secret in before.Except(after).Concat(after.Except(before)))
                {
                    keys.Add(secret);
                }

                break;
            case V1Secret secret:
                if (PullSecretCopies.SourceOf(secret) is { } source)
                {
                    keys.Add(source);
                }

                if (view.Index<PullSecretIndex>().IsWanted(change.Key))
                {
                    keys.Add(change.Key);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
    {
        ObjectKey copyKey = PullSecretCopies.CopyOf(key);
        V1Secret? copy = view.Get<V1Secret>(copyKey);
        V1Secret? source = context.Gates.KruiseDaemon && view.Index<PullSecretIndex>().IsWanted(key) ? view.Get<V1Secret>(key) : null;
        if (source is not { Metadata.DeletionTimestamp: null } || !PullSecretCopies.IsPullSecret(source))
        {
            return copy is null ? Plan.Nothing : Remove(copy);
        }

        if (copy is null)
        {
            return Plan.Of(new Write.Create(NewCopy(source, copyKey)));
        }

        if (copy.Type != source.Type)
        {
            return Remove(copy); // a secret cannot change its type; the copy's going asks for a new one
        }

        return SameData(copy.Data, source.Data) ? Plan.Nothing : Plan.Of(new Write.Update(copy with { Data = source.Data }));
    }

    private static Plan Remove(V1Secret copy) =>
        copy.Metadata.DeletionTimestamp is null ? Plan.Of(new Write.Delete(typeof(V1Secret), ObjectKey.Of(copy), copy.Metadata.Uid)) : Plan.Nothing;

    private static V1Secret NewCopy(V1Secret source, ObjectKey copy) => new()
    {
        ApiVersion = "v1",
        Kind = V1Secret.KubeKind,
        Metadata = new V1ObjectMeta
        {
            Name = copy.Name,
            NamespaceProperty = copy.Namespace,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [PullSecretCopies.CopyLabel] = "true" },
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [PullSecretCopies.SourceAnnotation] = ObjectKey.Of(source).ToString() },
        },
        Type = source.Type,
        Data = source.Data,
    };

    private static bool SameData(IDictionary<string, byte[]>? left, IDictionary<string, byte[]>? right)
    {
        if ((left?.Count ?? 0) != (right?.Count ?? 0))
        {
            return false;
        }

        foreach ((string name, byte[] value) in left ?? new Dictionary<string, byte[]>(StringComparer.Ordinal))
        {
            if (!right!.TryGetValue(name, out byte[]? other) || !value.AsSpan().SequenceEqual(other))
            {
                return false;
            }
        }

        return true;
    }
}

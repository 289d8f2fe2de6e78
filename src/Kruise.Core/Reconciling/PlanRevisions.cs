using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Reconciling;

/// <summary>
/// The resourceVersions that a plan's own writes produced, so that a later write of the plan to the same object builds on the one before. Not safe for use by several
/// threads at a time.
/// </summary>
public sealed class PlanRevisions
{
    private readonly Dictionary<(Type Kind, ObjectKey Key), (string From, long To)> _written = [];

    /// <summary>Remembers what became of an update.</summary>
    public void Written(Write write, long revision)
    {
        if (Target(write) is { } obj)
        {
            (Type, ObjectKey) key = (obj.GetType(), ObjectKey.Of(obj));
            string from = _written.TryGetValue(key, out (string From, long To) before) ? before.From : obj.Metadata.ResourceVersion ?? "";
            _written[key] = (from, revision);
        }
    }

    /// <summary>The write, guarded by what this plan last wrote to its object; the same instance when it wrote nothing there.</summary>
    public Write Apply(Write write)
    {
        if (_written.Count == 0
            || Target(write) is not { } obj
            || !_written.TryGetValue((obj.GetType(), ObjectKey.Of(obj)), out (string From, long To) before)
            || obj.Metadata.ResourceVersion != before.From)
        {
            return write;
        }

        IKubernetesObject<V1ObjectMeta> moved = WithMetadata(
            obj, obj.Metadata with { ResourceVersion = before.To.ToString(CultureInfo.InvariantCulture) });
        return write switch
        {
            Write.Update update => update with { Object = moved },
            Write.UpdateStatus status => status with { Object = moved },
            _ => write,
        };
    }

    /// <summary>Forgets everything, for the next plan.</summary>
    public void Clear() => _written.Clear();

    private static IKubernetesObject<V1ObjectMeta>? Target(Write write) => write switch
    {
        Write.Update update => update.Object,
        Write.UpdateStatus status => status.Object,
        _ => null,
    };

    private static IKubernetesObject<V1ObjectMeta> WithMetadata(IKubernetesObject<V1ObjectMeta> obj, V1ObjectMeta metadata) => obj switch
    {
        V1Pod pod => pod with { Metadata = metadata },
        CloneSet set => set with { Metadata = metadata },
        V1ControllerRevision revision => revision with { Metadata = metadata },
        V1PersistentVolumeClaim claim => claim with { Metadata = metadata },
        ImagePullJob job => job with { Metadata = metadata },
        NodeImage image => image with { Metadata = metadata },
        V1Secret secret => secret with { Metadata = metadata },
        _ => throw new ArgumentException($"{obj.GetType().Name} is not a kind that controllers write.", nameof(obj)),
    };
}

using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What the volumes of a template may say.</summary>
internal static class VolumeValidation
{
    /// <param name="volumes">The volumes.</param>
    /// <param name="field">Where the list stands.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="needsSource">Whether one without a source is a problem; it is an empty directory otherwise.</param>
    /// <returns>The names of all volumes.</returns>
    public static HashSet<string> Validate(IList<V1Volume>? volumes, string field, Problems problems, bool needsSource = false)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (volumes?.Count ?? 0); i++)
        {
            V1Volume volume = volumes![i];
            problems.UniqueLabel($"{field}[{i}].name", volume.Name, names);
            int sources = Sources(volume);
            if (sources > 1)
            {
                problems.Invalid($"{field}[{i}]", $"{sources} sources", "must have one source");
            }
            else if (sources == 0 && needsSource)
            {
                problems.Required($"{field}[{i}]", "must have a source, for example emptyDir");
            }
        }

        return names;
    }

    /// <summary>Sources that are known here; a newer Kubernetes may have more.</summary>
    public static int Sources(V1Volume v) =>
        Count(v.EmptyDir, v.HostPath, v.ConfigMap, v.Secret, v.PersistentVolumeClaim, v.Projected, v.DownwardAPI, v.Csi, v.Ephemeral, v.Image, v.Nfs)
        + Count(v.AwsElasticBlockStore, v.AzureDisk, v.AzureFile, v.Cephfs, v.Cinder, v.Fc, v.FlexVolume, v.Flocker, v.GcePersistentDisk, v.GitRepo)
        + Count(v.Glusterfs, v.Iscsi, v.PhotonPersistentDisk, v.PortworxVolume, v.Quobyte, v.Rbd, v.ScaleIO, v.Storageos, v.VsphereVolume);

    private static int Count(params ReadOnlySpan<object?> sources)
    {
        int count = 0;
        foreach (object? source in sources)
        {
            count += source is null ? 0 : 1;
        }

        return count;
    }
}

using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What the volumes of a template may say.</summary>
internal static class VolumeValidation
{
    /// <returns>The names of all volumes.</returns>
    public static HashSet<string> Validate(IList<V1Volume>? volumes, string field, Problems problems)
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

using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What the volumes of a template may say: of the sources that are used most, what they cannot be without.</summary>
internal static class VolumeValidation
{
    private const int MaxFileMode = 511; // octal 0777

    /// <param name="volumes">The volumes.</param>
    /// <param name="field">Where the list stands.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="needsSource">Whether one without a source is a problem; it is an empty directory otherwise.</param>
    public static void Validate(IReadOnlyList<V1Volume>? volumes, string field, Problems problems, bool needsSource = false)
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

            ValidateHostPath(volume.HostPath, $"{field}[{i}].hostPath", problems);
            ValidateFiles(volume, $"{field}[{i}]", problems);
            ValidateRemote(volume, $"{field}[{i}]", problems);
        }
    }

    /// <summary>Sources that are known here; a newer Kubernetes may have more.</summary>
    public static int Sources(V1Volume v) =>
        Count(v.EmptyDir, v.HostPath, v.ConfigMap, v.Secret, v.PersistentVolumeClaim, v.Projected, v.DownwardAPI, v.Csi, v.Ephemeral, v.Image, v.Nfs)
        + Count(v.AwsElasticBlockStore, v.AzureDisk, v.AzureFile, v.Cephfs, v.Cinder, v.Fc, v.FlexVolume, v.Flocker, v.GcePersistentDisk, v.GitRepo)
        + Count(v.Glusterfs, v.Iscsi, v.PhotonPersistentDisk, v.PortworxVolume, v.Quobyte, v.Rbd, v.ScaleIO, v.Storageos, v.VsphereVolume);

    /// <summary>Which keys of an object become which files.</summary>
    public static void ValidateItems(IList<V1KeyToPath>? items, string field, Problems problems)
    {
        for (int i = 0; i < (items?.Count ?? 0); i++)
        {
            string path = $"{field}[{i}]";
            if (string.IsNullOrEmpty(items![i].Key))
            {
                problems.Required(path + ".key", "must be one of its keys");
            }

            ValidatePath(items[i].Path, path + ".path", problems);
            Mode(items[i].Mode, path + ".mode", problems);
        }
    }

    /// <summary>Where a file stands in its volume.</summary>
    public static void ValidatePath(string? path, string field, Problems problems)
    {
        if (string.IsNullOrEmpty(path))
        {
            problems.Required(field, "must be a path within the volume");
        }

        PathValidation.Within(path, field, "the volume", problems);
    }

    /// <summary>The permissions of a file.</summary>
    public static void Mode(int? mode, string field, Problems problems)
    {
        if (mode is < 0 or > MaxFileMode)
        {
            problems.Invalid(field, Problems.Number(mode.Value), "must be 0 to 511 (octal 0777)");
        }
    }

    private static void ValidateHostPath(V1HostPathVolumeSource? source, string field, Problems problems)
    {
        if (source is null)
        {
            return;
        }

        if (string.IsNullOrEmpty(source.Path))
        {
            problems.Required(field + ".path", "must be a path on the node");
        }
        else
        {
            PathValidation.NoStepsBack(source.Path, field + ".path", problems);
        }

        problems.OneOf(field + ".type", source.Type, "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice");
    }

    private static void ValidateFiles(V1Volume volume, string field, Problems problems)
    {
        if (volume.ConfigMap is { } config)
        {
            problems.Reference(field + ".configMap.name", config.Name, "ConfigMap");
            Mode(config.DefaultMode, field + ".configMap.defaultMode", problems);
            ValidateItems(config.Items, field + ".configMap.items", problems);
        }

        if (volume.Secret is { } secret)
        {
            problems.Reference(field + ".secret.secretName", secret.SecretName, "Secret");
            Mode(secret.DefaultMode, field + ".secret.defaultMode", problems);
            ValidateItems(secret.Items, field + ".secret.items", problems);
        }

        Mode(volume.DownwardAPI?.DefaultMode, field + ".downwardAPI.defaultMode", problems);
        Mode(volume.Projected?.DefaultMode, field + ".projected.defaultMode", problems);
        problems.NotNegative(field + ".emptyDir.sizeLimit", volume.EmptyDir?.SizeLimit);
    }

    private static void ValidateRemote(V1Volume volume, string field, Problems problems)
    {
        if (volume.PersistentVolumeClaim is { } claim)
        {
            problems.Reference(field + ".persistentVolumeClaim.claimName", claim.ClaimName, "PersistentVolumeClaim");
        }

        if (volume.Csi is { } csi && string.IsNullOrEmpty(csi.Driver))
        {
            problems.Required(field + ".csi.driver", "must be the name of a driver");
        }

        if (volume.Nfs is { } nfs)
        {
            if (string.IsNullOrEmpty(nfs.Server))
            {
                problems.Required(field + ".nfs.server", "must be a host name or address");
            }

            if (nfs.Path?.StartsWith('/') != true)
            {
                problems.Invalid(field + ".nfs.path", nfs.Path ?? "", "must be a path on the server, beginning with '/'");
            }
        }
    }

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

using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What API servers ask of a pod's volumes beyond <see cref="VolumeValidation"/>: the sources that are rare, and files made of several objects.</summary>
internal static class SidecarVolumeRules
{
    private const int LeastTokenSeconds = 600;
    private const long MostTokenSeconds = 1L << 32;

    private static readonly string[] _fields = ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.annotations", "metadata.labels"];

    public static void Validate(IReadOnlyList<V1Volume>? volumes, string field, Problems problems)
    {
        for (int i = 0; i < (volumes?.Count ?? 0); i++)
        {
            V1Volume volume = volumes![i];
            string path = $"{field}[{i}]";
            foreach ((string name, string? value) in Needed(volume))
            {
                if (string.IsNullOrEmpty(value))
                {
                    problems.Required($"{path}.{name}", "must be given");
                }
            }

            if (volume.Csi?.Driver is { Length: > 0 } driver && !Names.IsDnsSubdomain(driver.ToLowerInvariant()))
            {
                problems.Invalid(path + ".csi.driver", driver, "must be the name of a driver: letters, digits, '-' and '.'");
            }

            ValidateItems(volume.ConfigMap?.Items, path + ".configMap.items", problems);
            ValidateItems(volume.Secret?.Items, path + ".secret.items", problems);
            ValidateFiles(volume.DownwardAPI?.Items, path + ".downwardAPI.items", problems);
            ValidateProjected(volume.Projected, path + ".projected.sources", problems);
        }
    }

    private static List<(string Name, string? Value)> Needed(V1Volume v)
    {
        List<(string, string?)> needed = [];
        Of(v.GitRepo, "gitRepo.repository", v.GitRepo?.Repository);
        Of(v.AwsElasticBlockStore, "awsElasticBlockStore.volumeID", v.AwsElasticBlockStore?.VolumeID);
        Of(v.AzureDisk, "azureDisk.diskName", v.AzureDisk?.DiskName);
        Of(v.AzureDisk, "azureDisk.diskURI", v.AzureDisk?.DiskURI);
        Of(v.AzureFile, "azureFile.secretName", v.AzureFile?.SecretName);
        Of(v.AzureFile, "azureFile.shareName", v.AzureFile?.ShareName);
        Of(v.Cephfs, "cephfs.monitors", v.Cephfs?.Monitors?.FirstOrDefault());
        Of(v.Cinder, "cinder.volumeID", v.Cinder?.VolumeID);
        Of(v.FlexVolume, "flexVolume.driver", v.FlexVolume?.Driver);
        Of(v.GcePersistentDisk, "gcePersistentDisk.pdName", v.GcePersistentDisk?.PdName);
        Of(v.Glusterfs, "glusterfs.endpoints", v.Glusterfs?.Endpoints);
        Of(v.Glusterfs, "glusterfs.path", v.Glusterfs?.Path);
        Of(v.Iscsi, "iscsi.targetPortal", v.Iscsi?.TargetPortal);
        Of(v.Iscsi, "iscsi.iqn", v.Iscsi?.Iqn);
        Of(v.PhotonPersistentDisk, "photonPersistentDisk.pdID", v.PhotonPersistentDisk?.PdID);
        Of(v.PortworxVolume, "portworxVolume.volumeID", v.PortworxVolume?.VolumeID);
        Of(v.Quobyte, "quobyte.registry", v.Quobyte?.Registry);
        Of(v.Quobyte, "quobyte.volume", v.Quobyte?.Volume);
        Of(v.Rbd, "rbd.monitors", v.Rbd?.Monitors?.FirstOrDefault());
        Of(v.Rbd, "rbd.image", v.Rbd?.Image);
        Of(v.ScaleIO, "scaleIO.gateway", v.ScaleIO?.Gateway);
        Of(v.ScaleIO, "scaleIO.system", v.ScaleIO?.System);
        Of(v.ScaleIO, "scaleIO.volumeName", v.ScaleIO?.VolumeName);
        Of(v.VsphereVolume, "vsphereVolume.volumePath", v.VsphereVolume?.VolumePath);
        return needed;

        void Of(object? source, string name, string? value)
        {
            if (source is not null)
            {
                needed.Add((name, value));
            }
        }
    }

    private static void ValidateItems(IList<V1KeyToPath>? items, string field, Problems problems)
    {
        for (int i = 0; i < (items?.Count ?? 0); i++)
        {
            ValidateReserved(items![i].Path, $"{field}[{i}].path", problems);
        }
    }

    private static void ValidateFiles(IList<V1DownwardAPIVolumeFile>? files, string field, Problems problems)
    {
        for (int i = 0; i < (files?.Count ?? 0); i++)
        {
            V1DownwardAPIVolumeFile file = files![i];
            string path = $"{field}[{i}]";
            ValidatePath(file.Path, path + ".path", problems);
            VolumeValidation.Mode(file.Mode, path + ".mode", problems);
            if (file.FieldRef is null == file.ResourceFieldRef is null)
            {
                problems.Invalid(path, file.FieldRef is null ? "0 sources" : "2 sources", "must have one of fieldRef and resourceFieldRef");
            }

            if (file.FieldRef is { } from && string.IsNullOrEmpty(from.FieldPath))
            {
                problems.Required(path + ".fieldRef.fieldPath", "must be a field of the pod, for example metadata.labels");
            }

            SidecarPodRules.ValidateField(file.FieldRef, _fields, path + ".fieldRef", problems);
            if (file.ResourceFieldRef is { } resource)
            {
                if (string.IsNullOrEmpty(resource.ContainerName))
                {
                    problems.Required(path + ".resourceFieldRef.containerName", "must be the name of a container");
                }

                if (string.IsNullOrEmpty(resource.Resource))
                {
                    problems.Required(path + ".resourceFieldRef.resource", "must be a resource of the container, for example limits.cpu");
                }

                SidecarPodRules.ValidateResource(resource, path + ".resourceFieldRef", problems);
            }
        }
    }

    private static void ValidateProjected(V1ProjectedVolumeSource? projected, string field, Problems problems)
    {
        for (int i = 0; i < (projected?.Sources?.Count ?? 0); i++)
        {
            V1VolumeProjection source = projected!.Sources[i];
            string path = $"{field}[{i}]";
            int sources = Count(source.Secret) + Count(source.ConfigMap) + Count(source.DownwardAPI) + Count(source.ServiceAccountToken);
            if (sources > 1)
            {
                problems.Invalid(path, $"{sources} sources", "must have one of secret, configMap, downwardAPI and serviceAccountToken");
            }

            Named(source.Secret, source.Secret?.Name, path + ".secret.name");
            Named(source.ConfigMap, source.ConfigMap?.Name, path + ".configMap.name");
            foreach ((string list, IList<V1KeyToPath>? items) in new[] { (".secret.items", source.Secret?.Items), (".configMap.items", source.ConfigMap?.Items) })
            {
                VolumeValidation.ValidateItems(items, path + list, problems);
                ValidateItems(items, path + list, problems);
            }

            ValidateFiles(source.DownwardAPI?.Items, path + ".downwardAPI.items", problems);
            if (source.ServiceAccountToken is { } token)
            {
                problems.InRange(path + ".serviceAccountToken.expirationSeconds", LeastTokenSeconds, MostTokenSeconds, token.ExpirationSeconds);
                ValidatePath(token.Path, path + ".serviceAccountToken.path", problems);
            }
        }

        void Named(object? source, string? name, string at)
        {
            if (source is not null && string.IsNullOrEmpty(name))
            {
                problems.Required(at, "must name the object");
            }
        }
    }

    private static void ValidatePath(string? path, string field, Problems problems)
    {
        VolumeValidation.ValidatePath(path, field, problems);
        ValidateReserved(path, field, problems);
    }

    // Kubelets keep such names for themselves.
    private static void ValidateReserved(string? path, string field, Problems problems)
    {
        if (path is not null && path.StartsWith("..", StringComparison.Ordinal) && !path.Split('/').Contains(".."))
        {
            problems.Invalid(field, path, "must not begin with '..'");
        }
    }

    private static int Count(object? part) => part is null ? 0 : 1;
}

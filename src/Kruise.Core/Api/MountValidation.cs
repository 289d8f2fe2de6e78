using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Where a container may have volumes: as directories and files, or as devices.</summary>
internal static class MountValidation
{
    public static void Validate(V1Container container, Mountable volumes, string field, Problems problems)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var mounted = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            V1VolumeMount mount = container.VolumeMounts![i];
            string path = $"{field}.volumeMounts[{i}]";
            mounted.Add(mount.Name ?? "");
            ValidateName(mount.Name, volumes, path + ".name", problems);
            if (string.IsNullOrEmpty(mount.MountPath))
            {
                problems.Required(path + ".mountPath", "must be a path in the container");
            }
            else if (!paths.Add(mount.MountPath))
            {
                problems.Invalid(path + ".mountPath", mount.MountPath, "must be unique: another volume is mounted there");
            }

            ValidatePart(mount, path, problems);
            ValidatePropagation(mount, container.SecurityContext?.Privileged == true, path + ".mountPropagation", problems);
        }

        ValidateDevices(container.VolumeDevices, volumes, mounted, paths, field + ".volumeDevices", problems);
    }

    private static void ValidateName(string? name, Mountable volumes, string field, Problems problems)
    {
        if (string.IsNullOrEmpty(name))
        {
            problems.Required(field, $"must be the name of {volumes.What}");
        }
        else if (!volumes.Has(name))
        {
            problems.Invalid(field, name, $"must be the name of {volumes.What}; there is none of that name");
        }
    }

    private static void ValidatePart(V1VolumeMount mount, string field, Problems problems)
    {
        if (!string.IsNullOrEmpty(mount.SubPath) && !string.IsNullOrEmpty(mount.SubPathExpr))
        {
            problems.Invalid(field + ".subPathExpr", mount.SubPathExpr, $"must not stand beside subPath, which is {mount.SubPath}");
        }

        PathValidation.Within(mount.SubPath, field + ".subPath", "the volume", problems);
        PathValidation.Within(mount.SubPathExpr, field + ".subPathExpr", "the volume", problems);
    }

    private static void ValidatePropagation(V1VolumeMount mount, bool isPrivileged, string field, Problems problems)
    {
        problems.OneOf(field, mount.MountPropagation, MountPropagation.None, MountPropagation.HostToContainer, MountPropagation.Bidirectional);
        if (mount.MountPropagation == MountPropagation.Bidirectional && !isPrivileged)
        {
            problems.Invalid(
                field, mount.MountPropagation, "is only allowed to privileged containers (securityContext.privileged): HostToContainer shows what the host mounts to any");
        }
    }

    private static void ValidateDevices(
        IList<V1VolumeDevice>? devices, Mountable volumes, HashSet<string> mounted, HashSet<string> paths, string field, Problems problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (devices?.Count ?? 0); i++)
        {
            V1VolumeDevice device = devices![i];
            string path = $"{field}[{i}]";
            ValidateName(device.Name, volumes, path + ".name", problems);
            if (!string.IsNullOrEmpty(device.Name))
            {
                if (!names.Add(device.Name) || mounted.Contains(device.Name))
                {
                    problems.Invalid(path + ".name", device.Name, "must be unique: the container has this volume already, as a device or as a mount");
                }
                else if (!volumes.MayBeDevice(device.Name))
                {
                    problems.Invalid(path + ".name", device.Name, "must be a volume that is a claim (persistentVolumeClaim, ephemeral): no other can be a device");
                }
            }

            if (string.IsNullOrEmpty(device.DevicePath))
            {
                problems.Required(path + ".devicePath", "must be a path in the container");
            }
            else if (!paths.Add(device.DevicePath))
            {
                problems.Invalid(path + ".devicePath", device.DevicePath, "must be unique: there is a device or a mount at that path");
            }
            else
            {
                PathValidation.NoStepsBack(device.DevicePath, path + ".devicePath", problems);
            }
        }
    }
}

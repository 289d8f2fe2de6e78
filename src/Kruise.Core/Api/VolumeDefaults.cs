using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Fills in what the sources of volumes leave out. Each is the same instance when nothing was missing.</summary>
internal static class VolumeDefaults
{
    /// <summary>0644: what files in a volume get.</summary>
    private const int FileMode = 420;

    private const long TokenExpirationSeconds = 3600;

    // A chain of copies: a volume has one source, so at most one of them is made.
    public static V1Volume Apply(V1Volume volume)
    {
        volume = Local(volume);
        volume = Projected(volume);
        return Remote(volume);
    }

    private static V1Volume Local(V1Volume volume)
    {
        if (volume.HostPath is { Type: null } path)
        {
            volume = volume with { HostPath = path with { Type = "" } };
        }

        if (volume.Secret is { DefaultMode: null } secret)
        {
            volume = volume with { Secret = secret with { DefaultMode = FileMode } };
        }

        if (volume.ConfigMap is { DefaultMode: null } config)
        {
            volume = volume with { ConfigMap = config with { DefaultMode = FileMode } };
        }

        if (volume.DownwardAPI is { } downward)
        {
            IList<V1DownwardAPIVolumeFile>? items = SameOrCopy.Of(downward.Items, Apply);
            if (downward.DefaultMode is null || !ReferenceEquals(items, downward.Items))
            {
                volume = volume with { DownwardAPI = downward with { DefaultMode = downward.DefaultMode ?? FileMode, Items = items } };
            }
        }

        return volume;
    }

    private static V1Volume Projected(V1Volume volume)
    {
        if (volume.Projected is not { } projected)
        {
            return volume;
        }

        IList<V1VolumeProjection>? sources = SameOrCopy.Of(projected.Sources, Apply);
        return projected.DefaultMode is not null && ReferenceEquals(sources, projected.Sources)
            ? volume
            : volume with { Projected = projected with { DefaultMode = projected.DefaultMode ?? FileMode, Sources = sources } };
    }

    private static V1Volume Remote(V1Volume volume)
    {
        if (volume.Iscsi is { } iscsi && string.IsNullOrEmpty(iscsi.IscsiInterface))
        {
            volume = volume with { Iscsi = iscsi with { IscsiInterface = "default" } };
        }

        if (volume.Rbd is { } rbd && (string.IsNullOrEmpty(rbd.Pool) || string.IsNullOrEmpty(rbd.User) || string.IsNullOrEmpty(rbd.Keyring)))
        {
            volume = volume with
            {
                Rbd = rbd with { Pool = Text.Or(rbd.Pool, "rbd"), User = Text.Or(rbd.User, "admin"), Keyring = Text.Or(rbd.Keyring, "/etc/ceph/keyring") },
            };
        }

        if (volume.AzureDisk is { } disk && (disk.CachingMode is null || disk.Kind is null || disk.FsType is null || disk.ReadOnlyProperty is null))
        {
            volume = volume with
            {
                AzureDisk = disk with
                {
                    CachingMode = disk.CachingMode ?? "ReadWrite",
                    Kind = disk.Kind ?? "Shared",
                    FsType = disk.FsType ?? "ext4",
                    ReadOnlyProperty = disk.ReadOnlyProperty ?? false,
                },
            };
        }

        if (volume.ScaleIO is { } scale && (string.IsNullOrEmpty(scale.StorageMode) || string.IsNullOrEmpty(scale.FsType)))
        {
            volume = volume with
            {
                ScaleIO = scale with { StorageMode = Text.Or(scale.StorageMode, "ThinProvisioned"), FsType = Text.Or(scale.FsType, "xfs") },
            };
        }

        return volume;
    }

    private static V1VolumeProjection Apply(V1VolumeProjection source)
    {
        IList<V1DownwardAPIVolumeFile>? items = SameOrCopy.Of(source.DownwardAPI?.Items, Apply);
        if (!ReferenceEquals(items, source.DownwardAPI?.Items))
        {
            source = source with { DownwardAPI = source.DownwardAPI! with { Items = items } };
        }

        return source.ServiceAccountToken is { ExpirationSeconds: null } token
            ? source with { ServiceAccountToken = token with { ExpirationSeconds = TokenExpirationSeconds } }
            : source;
    }

    private static V1DownwardAPIVolumeFile Apply(V1DownwardAPIVolumeFile file)
    {
        V1ObjectFieldSelector? field = ContainerDefaults.Apply(file.FieldRef);
        return ReferenceEquals(field, file.FieldRef) ? file : file with { FieldRef = field };
    }
}

using System.Text.RegularExpressions;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.SidecarSets;

/// <summary>A sidecar as it stands in one pod: its own mounts and variables, then those that it takes over from the pod's own containers.</summary>
internal static partial class SidecarParts
{
    /// <summary>Whether a container was put in by a set.</summary>
    public static bool IsInjected(V1Container container) =>
        container.Env?.Any(variable => variable.Name == SidecarSetKeys.IsInjected && variable.Value == SidecarSetKeys.True) ?? false;

    /// <summary>The names of the volumes that a container mounts or has as devices.</summary>
    public static IEnumerable<string> VolumesOf(V1Container container) =>
        (container.VolumeMounts ?? []).Select(mount => mount.Name).Concat((container.VolumeDevices ?? []).Select(device => device.Name));

    /// <summary>The container for a pod.</summary>
    /// <param name="sidecar">The set's container.</param>
    /// <param name="containers">The pod's containers before injection.</param>
    /// <param name="again">
    /// The container of an earlier injection of the same hash, or null. What it took over then it keeps: its sources may have been replaced by that injection.
    /// </param>
    public static V1Container Make(SidecarContainer sidecar, IList<V1Container> containers, V1Container? again)
    {
        List<V1EnvVar> taken = [];
        List<V1VolumeMount> shared = [];
        foreach (TransferEnvVar wanted in sidecar.TransferEnv ?? [])
        {
            if (containers.FirstOrDefault(c => c.Name == wanted.SourceContainerName && !IsInjected(c)) is { } source)
            {
                Take(source, wanted.EnvName, taken);
            }
        }

        if (sidecar.ShareVolumePolicy?.Type == ShareVolumePolicy.Enabled)
        {
            Share(containers, isPrivileged: sidecar.SecurityContext?.Privileged == true, shared, taken);
        }

        var env = new List<V1EnvVar>(sidecar.Env ?? []);
        if (!env.Exists(variable => variable.Name == SidecarSetKeys.IsInjected && variable.Value == SidecarSetKeys.True))
        {
            env.Add(new V1EnvVar { Name = SidecarSetKeys.IsInjected, Value = SidecarSetKeys.True });
        }

        List<V1EnvVar> allEnv = Merge(env, taken, again?.Env, variable => variable.Name);
        List<V1VolumeMount> mounts = Merge([.. sidecar.VolumeMounts ?? []], shared, again?.VolumeMounts, mount => mount.MountPath);
        if (sidecar.VolumeDevices is { Count: > 0 } devices)
        {
            // A path is a device's or a mount's, and so is a volume within one container.
            mounts.RemoveAll(mount => devices.Any(device => device.DevicePath == mount.MountPath || device.Name == mount.Name));
        }

        V1Container container = sidecar.ToContainer();
        return container with { Env = allEnv, VolumeMounts = mounts.Count == 0 ? container.VolumeMounts : mounts };
    }

    private static void Share(IList<V1Container> containers, bool isPrivileged, List<V1VolumeMount> shared, List<V1EnvVar> taken)
    {
        foreach (V1Container source in containers.Where(container => !IsInjected(container)))
        {
            foreach (V1VolumeMount mount in source.VolumeMounts ?? [])
            {
                // Mounts may be passed on to the host by privileged containers alone; another one sees them. The API server would refuse the pod.
                shared.Add(mount.MountPropagation == MountPropagation.Bidirectional && !isPrivileged ? mount with { MountPropagation = MountPropagation.HostToContainer } : mount);

                // A path made of variables needs them.
                foreach (Match variable in VariableReference().Matches(mount.SubPathExpr ?? ""))
                {
                    Take(source, variable.Groups["name"].Value, taken);
                }
            }
        }
    }

    private static void Take(V1Container source, string name, List<V1EnvVar> taken)
    {
        if (source.Env?.LastOrDefault(variable => variable.Name == name) is { } variable)
        {
            taken.Add(variable);
        }
    }

    // Own ones stay as they are, and so does what an earlier injection took: its sources may be gone, and another one in their place.
    private static List<T> Merge<T>(List<T> own, List<T> taken, IList<T>? earlier, Func<T, string> key)
    {
        var keys = own.Select(key).ToHashSet(StringComparer.Ordinal);
        foreach (T item in earlier ?? [])
        {
            if (keys.Add(key(item)))
            {
                own.Add(item);
            }
        }

        foreach (T item in taken)
        {
            if (keys.Add(key(item)))
            {
                own.Add(item);
            }
        }

        return own;
    }

    [GeneratedRegex(@"\$\((?<name>[-._a-zA-Z][-._a-zA-Z0-9]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariableReference();
}

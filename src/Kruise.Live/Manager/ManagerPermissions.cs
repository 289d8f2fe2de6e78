using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cluster;
using Kruise.Live.Manager.LeaderElection;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Injection;

namespace Kruise.Live.Manager;

/// <summary>What a manager must be allowed to do. The role that <c>kruise install</c> prints grants this; a test compares the two.</summary>
internal static class ManagerPermissions
{
    public static IEnumerable<Permission> Of(ManagerOptions options, WebhookOptions? webhooks)
    {
        if (options.Gates.KruiseDaemon)
        {
            foreach (Permission permission in Permission.Of("get list watch", KruiseGroup.Name, "imagepulljobs")
                .Append(new Permission("delete", KruiseGroup.Name, "imagepulljobs", options.Namespace))
                .Concat(Permission.Of("update", KruiseGroup.Name, "imagepulljobs/status", options.Namespace))
                .Concat(Permission.Of("get list watch create update delete", KruiseGroup.Name, "nodeimages"))
                .Concat(Permission.Of("update", KruiseGroup.Name, "nodeimages/status"))
                .Concat(Permission.Of("get list watch", "", "nodes"))
                .Concat(Permission.Of("get list watch", "", "secrets", options.Namespace))
                .Concat(Permission.Of("create update delete", "", "secrets", PullSecretCopies.Namespace)))
            {
                yield return permission;
            }
        }

        // The webhooks put SidecarSets into pods of all namespaces. Their controller counts pods of all, so that it is not there where only those of one are seen.
        if (webhooks is not null || options.Namespace is null)
        {
            foreach (Permission permission in Permission.Of("get list watch", KruiseGroup.Name, "sidecarsets"))
            {
                yield return permission;
            }
        }

        if (options.Namespace is null)
        {
            yield return new Permission("update", KruiseGroup.Name, "sidecarsets/status");
        }

        foreach (Permission permission in OfWorkloads(options.Namespace).Concat(Permission.Of("create patch", "", "events")))
        {
            yield return permission;
        }

        if (webhooks is not null)
        {
            // CloneSets of every namespace are judged, also where only those of one are worked on.
            foreach (Permission permission in Permission.Of("get update list watch", "", "secrets", webhooks.Namespace, webhooks.SecretName)
                .Append(new Permission("get", "", "pods"))
                .Append(new Permission("create", "", "secrets", webhooks.Namespace))
                .Concat(WebhookConfigurations.All.SelectMany(configuration => Permission.Of(
                    "get update list watch", "admissionregistration.k8s.io", configuration.ListPath[(configuration.ListPath.LastIndexOf('/') + 1)..], null, configuration.Name))))
            {
                yield return permission;
            }
        }

        if (options.EnableLeaderElection)
        {
            string @namespace = options.LeaderElectionNamespace;
            yield return new Permission("create", "coordination.k8s.io", "leases", @namespace);
            foreach (Permission permission in Permission.Of("get update", "coordination.k8s.io", "leases", @namespace, LeaderElectionOptions.LeaseName))
            {
                yield return permission;
            }
        }
    }

    private static IEnumerable<Permission> OfWorkloads(string? @namespace) =>
        Permission.Of("get list watch patch", KruiseGroup.Name, "clonesets", @namespace)
            .Concat(Permission.Of("update", KruiseGroup.Name, "clonesets/status", @namespace))
            .Concat(Permission.Of("update", KruiseGroup.Name, "clonesets/finalizers", @namespace))
            .Concat(Permission.Of("get list watch create patch delete", "", "pods", @namespace))
            .Concat(Permission.Of("patch", "", "pods/status", @namespace))
            .Concat(Permission.Of("get list watch create delete", "", "persistentvolumeclaims", @namespace))
            .Concat(Permission.Of("get list watch create patch delete", "apps", "controllerrevisions", @namespace));
}

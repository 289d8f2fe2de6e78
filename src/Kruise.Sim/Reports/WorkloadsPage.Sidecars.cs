using System.Text;
using Kruise.Core.Api;

namespace Kruise.Sim.Reports;

// What a SidecarSet says, how it comes into pods, how these come to a new image, and what to look at when they do not.
internal static partial class WorkloadsPage
{
    /// <summary>A field of a SidecarSet, as manifests write it below <c>spec</c> or <c>status</c>; a test compares with the types.</summary>
    /// <param name="Type">The type that has it.</param>
    /// <param name="Field">Its name.</param>
    /// <param name="Path">Where it stands.</param>
    /// <param name="WhenAbsent">What counts where it is absent.</param>
    /// <param name="Meaning">What it means, on a cluster and in the twin.</param>
    internal sealed record SidecarField(Type Type, string Field, string Path, string WhenAbsent, string Meaning);

    /// <summary>Every field of a SidecarSet; those of containers and volumes have tables of their own.</summary>
    internal static IReadOnlyList<SidecarField> SidecarFields { get; } =
    [
        new(typeof(SidecarSetSpec), "selector", "selector", "required", "which pods: those with these labels are given the containers when they are made, and are counted and updated later. An empty " +
            "one is refused"),
        new(typeof(SidecarSetSpec), "namespace", "namespace", "all namespaces", "the one namespace whose pods are meant"),
        new(typeof(SidecarSetSpec), "containers", "containers[]", "at least one here or in `initContainers`", "containers to put in; the fields are those of a pod's containers, and those below"),
        new(typeof(SidecarSetSpec), "initContainers", "initContainers[]", "", "init containers to put in, with the same fields; they run in every new pod before its containers and are never updated in place"),
        new(typeof(SidecarSetSpec), "volumes", "volumes[]", "", "volumes that the containers mount. Those that one of them mounts come into the pod; where the pod has one of the same name, the pod's is used"),
        new(typeof(SidecarContainer), "podInjectPolicy", "containers[].podInjectPolicy", "`BeforeAppContainer`; for an init container behind the pod's own", "`BeforeAppContainer` or " +
            "`AfterAppContainer`: in front of the pod's own containers or behind them"),
        new(typeof(SidecarContainer), "upgradeStrategy", "containers[].upgradeStrategy", "", "how the container comes to a new image"),
        new(typeof(SidecarUpgradeStrategy), "upgradeType", "containers[].upgradeStrategy.upgradeType", "`ColdUpgrade`", "the only one: the container is stopped and started with its new image, the " +
            "pod's others are not touched"),
        new(typeof(SidecarContainer), "shareVolumePolicy", "containers[].shareVolumePolicy", "", "whether it sees what the pod's own containers mount"),
        new(typeof(ShareVolumePolicy), "type", "containers[].shareVolumePolicy.type", "`disabled`", "`enabled`: it mounts all that the pod's own containers mount, at the same paths. Without effect on " +
            "a run: files in containers are not simulated"),
        new(typeof(SidecarContainer), "transferEnv", "containers[].transferEnv[]", "none", "variables to take over from the pod's own containers. Without effect on a run: what runs inside a container " +
            "is not simulated"),
        new(typeof(TransferEnvVar), "sourceContainerName", "containers[].transferEnv[].sourceContainerName", "required", "the container that has the variable"),
        new(typeof(TransferEnvVar), "envName", "containers[].transferEnv[].envName", "required", "its name; a pod without it is made all the same"),
        new(typeof(SidecarSetSpec), "updateStrategy", "updateStrategy", "", "how pods that run come to new images. New pods have them from the start, whatever it says"),
        new(typeof(SidecarSetUpdateStrategy), "type", "updateStrategy.type", "`RollingUpdate`", "`NotUpdate`: pods that run stay as they are"),
        new(typeof(SidecarSetUpdateStrategy), "paused", "updateStrategy.paused", "`false`", "`true` stops for now: no further pod is updated"),
        new(typeof(SidecarSetUpdateStrategy), "selector", "updateStrategy.selector", "all", "which of the set's pods may be updated: a canary"),
        new(typeof(SidecarSetUpdateStrategy), "partition", "updateStrategy.partition", "0", "how many of the pods that could be updated are not: a number, or a percentage of the pods that match, rounded down"),
        new(typeof(SidecarSetUpdateStrategy), "maxUnavailable", "updateStrategy.maxUnavailable", "1", "how many updated pods may be out of service at a time: a number, or a percentage of the pods " +
            "that match, rounded down, so that it may come to none"),
        new(typeof(SidecarSetUpdateStrategy), "scatterStrategy", "updateStrategy.scatterStrategy[]", "none", "`key` and `value` of labels whose pods are spread over the update; the value `*` stands " +
            "for every value that the pods have"),
        new(typeof(SidecarSetStatus), "observedGeneration", "status.observedGeneration", "", "the generation that the counts belong to"),
        new(typeof(SidecarSetStatus), "matchedPods", "status.matchedPods", "", "pods that are selected and were given the containers when they were made; those that have ended or are being deleted do " +
            "not count"),
        new(typeof(SidecarSetStatus), "updatedPods", "status.updatedPods", "", "those of them at the set's present containers"),
        new(typeof(SidecarSetStatus), "readyPods", "status.readyPods", "", "those of them that run the images they are meant to and are ready"),
        new(typeof(SidecarSetStatus), "updatedReadyPods", "status.updatedReadyPods", "", "those of them that are both"),
    ];

    private static void Sidecars(StringBuilder page)
    {
        page.Paragraph("## SidecarSets");
        page.Paragraph(
            "A SidecarSet puts containers into the pods that it selects, when these are made, and brings them to new images later without touching the pods' own containers. The twin takes its " +
            "manifest as a cluster does, with its defaults and its rules; a set that breaks one is refused with file, line and what is allowed. Its containers run as a pod's own do: their images are " +
            "pulled, what they request is counted by the scheduler, and `spec.containers` of the scenario says how they behave.");
        page.Table(["field", "when absent", "meaning"], SidecarFields.Select(field => new[] { Markdown.Code(field.Path), field.WhenAbsent, field.Meaning }));
        Injection(page);
        Upgrade(page);
        Stuck(page);
    }

    private static void Injection(StringBuilder page)
    {
        page.Paragraph("### How sidecars come into a pod");
        page.Paragraph(
            "When a pod is made, the API server asks Kruise's webhook, which answers with the sidecars of all sets that select it. Pods that are there already are given none, whatever their labels become.");
        page.Paragraph(
            "1. Namespaces `kube-system`, `kube-public` and those with a label `control-plane` (`cluster.namespaces: [{name: system, labels: {control-plane: \"\"}}]`) are left out.\n" +
            "2. The sets that select the pod go in by name. Those that are paused or update nothing go in as well.\n" +
            "3. Containers stand in front of the pod's own or behind them, as `podInjectPolicy` says, by set and in the order of its list. Init containers stand behind the pod's own, by name over all " +
            "sets. A container " +
            "of the pod that has a sidecar's name is replaced where it stands.\n" +
            "4. The pod is marked: the annotations `kruise.io/sidecarset-hash` and `kruise.io/sidecarset-hash-without-image` say which version of each set it has, `kruise.io/sidecarset-injected-list` " +
            "which sets, and each sidecar " +
            "has the variable `IS_INJECTED`.");
        page.Paragraph(
            "**Sets that disagree.** A set is refused when it has a name of a container, or of a volume that is defined otherwise, in common with another set and both can select one pod. Two sets " +
            "that get in together all the same: one name for two " +
            "containers refuses the pod (422), as does a port of the host that is taken; of a volume in two versions the first set's is used. Each time an event `SidecarSetConflict` of the later set " +
            "says why.");
        page.Paragraph(
            "**The webhook takes time and may fail.** In the twin a call about a pod takes `controlPlane.webhook.latency`. When it fails (`fault: {kind: webhookDown}`, or `webhookSlow` beyond " +
            "`controlPlane.webhook.timeout`), " +
            "`controlPlane.webhook.failurePolicy` says what becomes of the pod: `Ignore` makes it without sidecars, and it stays so until it is made again; `Fail` makes none, and its CloneSet tries " +
            "again. With " +
            "`controlPlane.featureGates: {PodWebhook: false}` there is no webhook, and SidecarSets are refused (403).");
    }

    private static void Upgrade(StringBuilder page)
    {
        page.Paragraph("### How an upgrade is ordered");
        page.Paragraph("A new image in `containers` comes to pods that run, by these steps, again and again until nothing is left to do:");
        page.Paragraph(
            "1. **Which.** Pods that have another version of the set, that `updateStrategy.selector` selects, and that differ from the set in nothing but images of `containers`: no other field of a " +
            "pod can be changed in place.\n" +
            "2. **In which order.** Those first that would be missed least: without a node, pending, not ready, ready for the shortest time, with the most restarts, the newest. Then `scatterStrategy` " +
            "deals them out.\n" +
            "3. **How many.** The last `partition` of them are kept. Of the others one after the other is taken: a pod that is out of service as it is costs nothing; one that serves is taken as long " +
            "as fewer than `maxUnavailable` updated pods are out of service. " +
            "At most 500 go in one pass, and the next pass follows.\n" +
            "4. **What happens.** The image of the pod's container is changed, and the annotations. The kubelet pulls the image and starts this container anew; the others run on, with their restart counts.\n" +
            "5. **When it is done.** The container runs another image than before, or the same under its new name, and the pod is ready again. Only then does the pod count as ready, and the next may follow.");
        page.Paragraph(
            "A change of anything else (arguments, mounts, an init container, an added container) reaches pods when they are made again; an event `PodsNotUpgradable` says how many stay behind. A " +
            "change of `volumes`, `selector` or `updateStrategy` " +
            "alone makes no new version. When a set is deleted, its containers stay in the pods that have them.");
    }

    private static void Stuck(StringBuilder page)
    {
        page.Paragraph("### When it does not move");
        page.Table(
            ["what is to be seen", "why", "what to do"],
            [
                ["`matchedPods` is 0, or less than expected", "the pods were made before the set, in a namespace that is left out, or while the webhook did not answer", "make them again: scale, or " +
                    "update their CloneSet with `ReCreate`"],
                ["`updatedPods` does not grow, `readyPods` is less than `matchedPods`", "as many updated pods are out of service as `maxUnavailable` allows: the new image cannot be pulled, or its " +
                    "program crashes or does not become ready", "look at those pods; the old image in the set brings them back, and pods out of service need no allowance"],
                ["`updatedPods` does not grow, all pods are ready", "`maxUnavailable` is a percentage that comes to none: 10% of 5 pods", "a number, or a larger percentage"],
                ["`updatedPods` stops short", "`partition` keeps the rest, `updateStrategy.selector` selects no more, or `paused` is set", "change it"],
                ["`updatedPods` is 0 at once, event `PodsNotUpgradable`", "something beside images has changed; or the set has not been through Kruise's admission, which the event says then", "make " +
                    "the pods again; or write the set again while the webhook answers"],
                ["`updatedPods` never grows, no event", "`type: NotUpdate`", "pods that run are meant to stay as they are"],
                ["event `FailedUpgradePod`", "the API server refused the change of a pod; the event says why. It is tried again, and the others go on", "what the event says"],
                ["pods are not made; event `SidecarSetConflict`, and `FailedCreate` of their CloneSet", "two sets disagree over them, or a port of the host is taken; both events name the " +
                    "sets", "rename a container, or keep the selectors apart"],
            ]);
    }
}

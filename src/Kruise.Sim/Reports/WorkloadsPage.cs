using System.Text;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim.Reports;

/// <summary>The text of <c>docs/workloads.md</c>: what of a pod the twin models, from the same table by which manifests are read.</summary>
internal static partial class WorkloadsPage
{
    public static string Text()
    {
        StringBuilder page = new();
        page.Paragraph("# Workloads in a scenario");
        page.Paragraph("<!-- Generated from src/Kruise.Sim/Scenarios/Manifests; a test compares. Run the tests with UPDATE_DOCS=1 to write it anew. -->");
        page.Paragraph(
            "A scenario applies CloneSets, SidecarSets and PersistentVolumeClaims by manifests that a cluster would take as they are. Every field of a pod is in one of " +
            "three classes. **Modelled**: the run depends on it as a cluster would. **Without effect**: accepted, because nothing that the twin models could come out " +
            "differently. **Refused**: a cluster would behave differently because of it and the twin would not, so that the manifest is not run; the message " +
            "names the file, the line, the reason and what is allowed. What a field may hold in a scenario file itself is in the " +
            "[JSON Schema](../schema/scenario.schema.json), which editors show.");
        Behaviours(page);
        Actions(page);
        Sidecars(page);
        page.Paragraph("## Fields of pods and claims");
        page.Paragraph("Types that are not listed stand below fields without effect, and all of their fields are without effect.");
        foreach ((Type type, string title, IReadOnlyList<PodField> fields) in PodFields.All)
        {
            page.Paragraph($"### {title} (`{type.Name}`)");
            page.Table(["field", "class", "meaning"], Rows(fields));
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Behaviours(StringBuilder page)
    {
        page.Paragraph("## What programs do");
        page.Paragraph(
            "A manifest does not say how long a program takes to become ready, or that it crashes. `spec.containers` of the scenario does, by image, by container name, or by " +
            "both. **One entry applies to a container, whole; of those that match it the most specific counts.** An image with a tag or a digest means that image; " +
            "without one it means every image of the repository. From the most specific:");
        page.Paragraph(
            "1. image with tag or digest, and container\n2. image with tag or digest\n3. repository, and container\n4. repository\n5. container\n6. neither: every container");
        page.Paragraph(
            "Two entries for the same image and container are refused, and one that matches no container of the scenario is warned of. A container that no entry " +
            "matches is ready as soon as it runs, and ends half a second after it was told to.");
        page.Paragraph(
            """
            ```yaml
            containers:
            - {image: registry.example.com/shop/app, ready: {p50: 3s, p99: 8s}}
            - {image: "registry.example.com/shop/app:2.5.0", ready: 3s, crash: {probability: 20%, after: 10s}}
            - {container: migrate, runs: {p50: 4s, p99: 20s}}
            ```
            """);
    }

    private static void Actions(StringBuilder page)
    {
        page.Paragraph("## What is refused");
        page.Paragraph(
            "A manifest of a cluster has fields that are refused: probes that kill, priorities, affinity to pods. Where they do not matter to the question, run without them and leave the " +
            "manifest alone: null takes a field away, with `--set` or under `set` of a variant (`apply[1]` is the second object of a manifest).");
        page.Paragraph("```sh\nkruise-sim run my.yaml --set 'timeline[0].apply.spec.template.spec.containers[app].livenessProbe=null'\n```");

        page.Paragraph("## What happens to workloads");
        page.Paragraph("Entries of the timeline beside `apply` and `delete`; each has exactly one. What they name must have been applied before; `namespace` names a CloneSet's namespace where that is not `default`.");
        page.Table(
            ["action", "as a person would do it"],
            [
                ["`scale: {cloneSet: web, replicas: 800}`", "`kubectl scale`"],
                ["`setImage: {cloneSet: web, container: app, image: ...}`", "`kubectl set image`"],
                ["`setImage: {sidecarSet: agents, container: log, image: ...}`", "the same of a SidecarSet: pods that run come to it as its `updateStrategy` says"],
                ["`patch: {cloneSet: web, spec: {updateStrategy: {partition: 20%}}}`", "`kubectl patch --type merge`: null takes a field away, a list replaces the whole list; `sidecarSet: agents` patches a SidecarSet"],
                ["`labelPods: {cloneSet: web, count: 50, labels: {canary: \"true\"}}`", "`kubectl label pod`: `priorityStrategy` and `scatterStrategy` of an update look at labels of pods"],
                ["`deletePods: {cloneSet: web, count: 5}`", "`kubectl label pod`: the CloneSet deletes the pods that are so labelled, and replaces them"],
                ["`killPods: {cloneSet: web, count: 5}`", "`kubectl delete pod`"],
                ["`cordon: {pool: web, count: 10}`, `uncordon`", "`kubectl cordon`, `kubectl uncordon`"],
                ["`drain: {pool: web, count: 10}`", "`kubectl drain`"],
                ["`fault: {kind: nodeOutage, pool: web, count: 3, for: 10m}`", "machines that lose power"],
                ["`fault: {kind: slowNodes, pool: web, count: 5%, factor: 4}`", "machines that are overloaded"],
            ]);
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<PodField> fields)
    {
        foreach (IGrouping<(PodFieldUse Use, string Why, bool IsRequired, string Only), PodField> group in fields.GroupBy(f => (f.Use, f.Why, f.IsRequired, string.Join(", ", f.Only ?? []))))
        {
            string use = group.Key.Use switch
            {
                PodFieldUse.Modelled => "modelled",
                PodFieldUse.Inert => "without effect",
                _ => "refused",
            };
            string why = group.Key.Why + (group.Key.IsRequired ? "; required" : "") + (group.Key.Only.Length > 0 ? $"; accepted: {group.Key.Only}" : "");
            yield return [string.Join(", ", group.Select(field => Markdown.Code(field.Name))), use, why];
        }
    }
}

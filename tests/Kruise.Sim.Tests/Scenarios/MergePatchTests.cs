using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>A patch of a CloneSet's spec does what RFC 7386 says, by which a real API server patches as well.</summary>
public sealed class MergePatchTests
{
    private const string Base = """
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web, tier: front}}
          spec:
            nodeSelector: {disk: ssd}
            containers:
            - {name: app, image: "app:1"}
            - {name: side, image: "side:1"}
        updateStrategy: {type: InPlaceIfPossible, partition: 2, inPlaceUpdateStrategy: {gracePeriodSeconds: 5}}
        minReadySeconds: 7
        """;

    [Theory]
    [InlineData("{replicas: 5}", "replicas: 3", "replicas: 5")]
    [InlineData("{replicas: null}", "replicas: 3", "")]
    [InlineData("{minReadySeconds: null}", "minReadySeconds: 7", "")]
    [InlineData("{updateStrategy: {partition: 50%}}", "partition: 2", "partition: 50%")]
    [InlineData("{updateStrategy: {partition: null}}", "partition: 2, ", "")]
    [InlineData("{updateStrategy: {inPlaceUpdateStrategy: {gracePeriodSeconds: 9}}}", "gracePeriodSeconds: 5", "gracePeriodSeconds: 9")]
    [InlineData("{updateStrategy: {inPlaceUpdateStrategy: null}}", ", inPlaceUpdateStrategy: {gracePeriodSeconds: 5}", "")]
    [InlineData("{updateStrategy: null}", "updateStrategy: {type: InPlaceIfPossible, partition: 2, inPlaceUpdateStrategy: {gracePeriodSeconds: 5}}", "")]
    [InlineData("{updateStrategy: {maxSurge: 1}}", "partition: 2", "partition: 2, maxSurge: 1")]
    [InlineData("{lifecycle: {preDelete: {finalizersHandler: [a/b]}}}", "minReadySeconds: 7", "minReadySeconds: 7\nlifecycle: {preDelete: {finalizersHandler: [a/b]}}")]
    [InlineData("{template: {metadata: {labels: {tier: null, new: x}}}}", "tier: front", "new: x")]
    [InlineData("{template: {metadata: {annotations: {a: b}}}}", "metadata: {", "metadata: {annotations: {a: b}, ")]
    [InlineData("{template: {spec: {nodeSelector: null}}}", "    nodeSelector: {disk: ssd}", "")]
    [InlineData("{template: {spec: {containers: [{name: app, image: \"app:2\"}]}}}", "    - {name: app, image: \"app:1\"}\n    - {name: side, image: \"side:1\"}", "    - {name: app, image: \"app:2\"}")]
    public void A_patch_changes_what_it_says_and_nothing_else(string patch, string from, string to)
    {
        Assert.Contains(from, Base, StringComparison.Ordinal);
        CloneSetSpec before = Bind<CloneSetSpec>(Base);
        string text = Json(before);
        CloneSetSpec after = Bind<MergePatch>(patch).Apply(before);
        Assert.Equal(Json(Bind<CloneSetSpec>(Base.Replace(from, to, StringComparison.Ordinal))), Json(after));

        // The object that was patched is still what it was.
        Assert.Equal(text, Json(before));

        // Where a field of the patched object was written is found in the tree that is merged in the same way.
        Assert.Equal(Json(after), Json(Bind<CloneSetSpec>(MergePatch.Merge(Node(Base), Node(patch)))));
    }

    [Theory]
    [InlineData("{replicas: x}", "replicas: \"x\" is not a whole number")]
    [InlineData("{template: {spec: {container: []}}}", "template.spec: unknown field \"container\"")]
    [InlineData("{template: {spec: {containers: [{name: app}]}}}", "template.spec.containers[0]: the field \"image\" is missing")]
    [InlineData("{template: {metadata: {labels: {tier: -x}}}}", "template.metadata.labels.tier: \"-x\" is not a label's value")]
    [InlineData("{template: {spec: {priority: 3}}}", "template.spec: the field \"priority\" is not simulated")]
    [InlineData("{}", "the mapping is empty")]
    [InlineData("[]", "found a list")]
    public void A_patch_is_read_as_strictly_as_a_manifest(string patch, string problem)
    {
        var problems = new ProblemList();
        TypeOf(typeof(MergePatch)).TryBind(new BindContext(problems), Node(patch), FieldPath.Root, new FieldAttribute(""), out _);
        Assert.StartsWith(problem, Assert.Single(problems.ToSorted()).Message, StringComparison.Ordinal);
    }

    private static YamlNode Node(string text)
    {
        var problems = new ProblemList();
        YamlNode node = YamlReader.ReadDocuments(text, "patch", problems)![0];
        Assert.Empty(problems.ToSorted());
        return node;
    }

    private static T Bind<T>(string text) => Bind<T>(Node(text));

    private static T Bind<T>(YamlNode node)
    {
        var problems = new ProblemList();
        Assert.True(TypeOf(typeof(T)).TryBind(new BindContext(problems), node, FieldPath.Root, new FieldAttribute(""), out object? value));
        Assert.Empty(problems.ToSorted());
        return (T)value!;
    }

    private static FieldType TypeOf(Type type) => type == typeof(MergePatch) ? new MergePatchType(RecordShape.Of(typeof(CloneSetSpec))) : FieldType.Of(type);

    private static string Json(CloneSetSpec spec) => KubernetesJson.Serialize(new CloneSet { Metadata = new V1ObjectMeta { Name = "web" }, Spec = spec });
}

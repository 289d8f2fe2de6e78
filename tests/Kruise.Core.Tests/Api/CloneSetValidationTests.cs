using k8s.Models;
using Kruise.Core.Api;
using Xunit;

namespace Kruise.Core.Tests.Api;

/// <summary>Each rule for a set on its own, with its message.</summary>
public sealed class CloneSetValidationTests
{
    private const string Strategy = "spec.updateStrategy";
    private const string Amount = "must be a whole number of pods >= 0 or a percentage of replicas such as 20%";

    private const string Subdomain =
        "must be a DNS subdomain: at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit";

    private static readonly Dictionary<string, (Func<CloneSet, CloneSet> Change, string Message)> _cases = new()
    {
        ["name"] = (s => Named(s, "Set", null), $"metadata.name: Invalid value: \"Set\": {Subdomain}"),
        ["no name"] = (s => Named(s, null, null), $"metadata.name: Required value: {Subdomain}"),
        ["generated name"] = (s => Named(s, null, "-x-"), $"metadata.generateName: Invalid value: \"-x-\": {Subdomain}"),
        ["replicas"] = (s => s.With(x => x with { Replicas = -1 }), "spec.replicas: Invalid value: \"-1\": must be >= 0"),
        ["no selector"] = (s => s.With(x => x with { Selector = null }), "spec.selector: Required value: must select the set's pods by the labels of its template"),
        ["empty selector"] = (
            s => s.With(x => x with { Selector = new V1LabelSelector() }),
            "spec.selector: Invalid value: \"{}\": must not be empty: it would select every pod of the namespace"),
        ["bad selector"] = (
            s => s.With(x => x with { Selector = new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "k", OperatorProperty = "In" }] } }),
            "spec.selector.matchExpressions[0].values: Required value: In needs at least one value"),
        ["claim without name"] = (
            s => s.With(x => x with { VolumeClaimTemplates = [new V1PersistentVolumeClaim()] }),
            "spec.volumeClaimTemplates[0].metadata.name: Required value: must be a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit"),
        ["claim name taken"] = (
            s => s.With(x => x with { VolumeClaimTemplates = [Claim("data"), Claim("data")] }),
            "spec.volumeClaimTemplates[1].metadata.name: Invalid value: \"data\": must be unique: it is taken by another one"),
        ["empty pod to delete"] = (s => s.WithPodsToDelete(""), "spec.scaleStrategy.podsToDelete[0]: Required value: must be the name of a pod"),
        ["pod to delete twice"] = (
            s => s.WithPodsToDelete("p0", "p1", "p0"), "spec.scaleStrategy.podsToDelete[2]: Invalid value: \"p0\": must be listed once: it is a duplicate"),
        ["no type"] = (s => s.WithStrategy(x => x with { Type = "" }), $"{Strategy}.type: Required value: must be ReCreate, InPlaceIfPossible or InPlaceOnly"),
        ["type"] = (
            s => s.WithStrategy(x => x with { Type = "Recreate" }), $"{Strategy}.type: Invalid value: \"Recreate\": must be ReCreate, InPlaceIfPossible or InPlaceOnly"),
        ["partition"] = (s => s.WithStrategy(x => x with { Partition = -1 }), $"{Strategy}.partition: Invalid value: \"-1\": {Amount}"),
        ["partition text"] = (s => s.WithStrategy(x => x with { Partition = "half" }), $"{Strategy}.partition: Invalid value: \"half\": {Amount}"),
        ["max unavailable"] = (
            s => s.WithStrategy(x => x with { MaxUnavailable = "a%", MaxSurge = 0 }), $"{Strategy}.maxUnavailable: Invalid value: \"a%\": {Amount}"),
        ["negative max unavailable"] = (
            s => s.WithStrategy(x => x with { MaxUnavailable = -1, MaxSurge = 1 }), $"{Strategy}.maxUnavailable: Invalid value: \"-1\": {Amount}"),
        ["max surge"] = (s => s.WithStrategy(x => x with { MaxSurge = "-1%" }), $"{Strategy}.maxSurge: Invalid value: \"-1%\": {Amount}"),
        ["surge in place"] = (
            s => s.WithStrategy(x => x with { Type = "InPlaceOnly", MaxSurge = "1%" }),
            $"{Strategy}.maxSurge: Invalid value: \"1%\": must be 0 when type is InPlaceOnly: no pods are made for an update"),
        ["neither unavailable nor surge"] = (
            s => s.WithStrategy(x => x with { MaxUnavailable = "0%", MaxSurge = 0 }),
            $"{Strategy}.maxUnavailable: Invalid value: \"0%\": must be at least one pod when maxSurge is none: of 5 replicas no pod could be updated"),
        ["both priorities"] = (
            s => Priority(s, new UpdatePriorityStrategy { WeightPriority = [Weight(1)], OrderPriority = [new UpdatePriorityOrderTerm { OrderedKey = "k" }] }),
            $"{Strategy}.priorityStrategy: Invalid value: \"weightPriority with orderPriority\": pods are ordered by weight or by a label's number, not both"),
        ["weight low"] = (
            s => Priority(s, new UpdatePriorityStrategy { WeightPriority = [Weight(0), Weight(-1)] }),
            $"{Strategy}.priorityStrategy.weightPriority[1].weight: Invalid value: \"-1\": must be 0 to 100"),
        ["weight high"] = (
            s => Priority(s, new UpdatePriorityStrategy { WeightPriority = [Weight(100), Weight(101)] }),
            $"{Strategy}.priorityStrategy.weightPriority[1].weight: Invalid value: \"101\": must be 0 to 100"),
        ["weight of everything"] = (
            s => Priority(s, new UpdatePriorityStrategy { WeightPriority = [new UpdatePriorityWeightTerm { Weight = 1 }] }),
            $"{Strategy}.priorityStrategy.weightPriority[0].matchSelector: Invalid value: \"{{}}\": must not be empty: it would weigh every pod alike"),
        ["weight of a bad selector"] = (
            s => Priority(s, new UpdatePriorityStrategy { WeightPriority = [Weight(1) with { MatchSelector = Near() }] }),
            $"{Strategy}.priorityStrategy.weightPriority[0].matchSelector.matchExpressions[0].operator: Invalid value: \"Near\": must be In, NotIn, Exists or DoesNotExist"),
        ["no ordered key"] = (
            s => Priority(s, new UpdatePriorityStrategy { OrderPriority = [new UpdatePriorityOrderTerm()] }),
            $"{Strategy}.priorityStrategy.orderPriority[0].orderedKey: Required value: must be the key of a label whose value ends in a number"),
        ["no scatter key"] = (
            s => Scatter(s, new UpdateScatterTerm { Value = "v" }), $"{Strategy}.scatterStrategy[0].key: Required value: must be the key of a label"),
        ["scatter twice"] = (
            s => Scatter(s, Term("a", "b"), Term("a", "c"), Term("a", "b")),
            $"{Strategy}.scatterStrategy[2]: Invalid value: \"a:b\": must be listed once: it is a duplicate"),
        ["grace"] = (
            s => s.WithStrategy(x => x with { InPlaceUpdateStrategy = new InPlaceUpdateStrategy { GracePeriodSeconds = -1 } }),
            $"{Strategy}.inPlaceUpdateStrategy.gracePeriodSeconds: Invalid value: \"-1\": must be >= 0"),
        ["history"] = (s => s.With(x => x with { RevisionHistoryLimit = -1 }), "spec.revisionHistoryLimit: Invalid value: \"-1\": must be >= 0"),
        ["min ready"] = (s => s.With(x => x with { MinReadySeconds = -1 }), "spec.minReadySeconds: Invalid value: \"-1\": must be >= 0"),
    };

    public static TheoryData<string> Cases => [.. _cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Refused_with_what_is_allowed(string name)
    {
        (Func<CloneSet, CloneSet> change, string message) = _cases[name];
        Assert.Equal([message], CloneSetValidation.Validate(change(CloneSetDefaults.Apply(SampleSets.Of()))).Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("ReCreate", "0", "20%", "0", 5)]
    [InlineData("ReCreate", "100", "120%", "0", 5)]
    [InlineData("InPlaceIfPossible", "300%", "0", "1%", 5)]
    [InlineData("InPlaceOnly", "0", "1%", "0%", 5)]
    [InlineData("ReCreate", "0", "0", "0", 0)]
    public void Amounts_that_are_accepted(string type, string partition, string unavailable, string surge, int replicas)
    {
        CloneSet set = SampleSets.Of(new CloneSetUpdateStrategy { Type = type, Partition = partition, MaxUnavailable = unavailable, MaxSurge = surge });
        Assert.Empty(CloneSetValidation.Validate(CloneSetDefaults.Apply(set.With(s => s with { Replicas = replicas }))));
    }

    [Fact]
    public void A_generated_name_and_a_mounted_claim_are_fine()
    {
        CloneSet set = Named(SampleSets.Of(), null, "set-")
            .With(s => s with { VolumeClaimTemplates = [Claim("data")] })
            .WithContainer(c => c with { VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }] });
        Assert.Empty(CloneSetValidation.Validate(CloneSetDefaults.Apply(set)));
    }

    private static CloneSet Named(CloneSet set, string? name, string? prefix) =>
        set with { Metadata = set.Metadata with { Name = name, GenerateName = prefix } };

    private static V1PersistentVolumeClaim Claim(string name) => new() { Metadata = new V1ObjectMeta { Name = name }, Spec = new V1PersistentVolumeClaimSpec() };

    private static CloneSet Priority(CloneSet set, UpdatePriorityStrategy priority) => set.WithStrategy(s => s with { PriorityStrategy = priority });

    private static CloneSet Scatter(CloneSet set, params UpdateScatterTerm[] terms) => set.WithStrategy(s => s with { ScatterStrategy = terms });

    private static UpdateScatterTerm Term(string key, string value) => new() { Key = key, Value = value };

    private static UpdatePriorityWeightTerm Weight(int weight) => new()
    {
        Weight = weight,
        MatchSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["x"] = "y" } },
    };

    private static V1LabelSelector Near() => new() { MatchExpressions = [new V1LabelSelectorRequirement { Key = "k", OperatorProperty = "Near" }] };
}

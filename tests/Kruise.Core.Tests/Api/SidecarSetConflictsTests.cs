using Kruise.Core.Api;
using Xunit;
using static Kruise.Core.Tests.Api.SidecarSetSamples;

namespace Kruise.Core.Tests.Api;

/// <summary>Sets beside each other: names that two of them have, where a pod can be selected by both.</summary>
public sealed class SidecarSetConflictsTests
{
    [Fact]
    public void Vector_a_container_and_an_init_container_are_two_problems_and_an_equal_volume_is_none()
    {
        SidecarSet Both(string name) => Of(name).With(s => s with { InitContainers = [Container("init")], Volumes = [Volume("v")] });
        Refused(
            Both("b"),
            [Both("a")],
            "spec.initContainers[0].name: Invalid value: \"init\": must not be the name of an init container of SidecarSet a: both sets select pods labelled app=a",
            "spec.containers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet a: both sets select pods labelled app=a");
    }

    [Fact]
    public void Vectors_of_volumes()
    {
        SidecarSet set = Of("b", "other").With(s => s with { Volumes = [Volume("v")] });
        SidecarSet With(string name, string path) => Of("a").With(s => s with { Volumes = [Volume(name, path)] });
        Refused(set, [With("w", "/b")]);
        Refused(set, [With("v", "/a")]);
        Refused(
            set,
            [With("v", "/b")],
            "spec.volumes[0]: Invalid value: \"v\": must be defined as in SidecarSet a, which has a volume of this name, or have another name: "
            + "both sets select pods labelled app=a");
    }

    [Fact]
    public void A_volume_with_its_defaults_is_the_one_without()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Of("b", "other").With(s => s with { Volumes = [Volume("v")] }));
        Assert.NotNull(set.Spec.Volumes![0].HostPath.Type);
        Refused(set, [Of("a").With(s => s with { Volumes = [Volume("v")] })]);
    }

    [Fact]
    public void Every_other_set_is_looked_at_and_the_set_itself_is_not()
    {
        SidecarSet set = Of("m");
        const string text = "spec.containers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet {0}: both sets select pods labelled app=a";
        Refused(set, [Of("z"), Of("m"), Of("apart", selector: "app=b"), Of("b")], Text("b"), Text("z"));

        static string Text(string name) => text.Replace("{0}", name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_and_an_init_container_of_one_name_meet_in_a_pod()
    {
        SidecarSet init = Of("a", "other").With(s => s with { InitContainers = [Container()] });
        Refused(
            Of("b"),
            [init],
            "spec.containers[0].name: Invalid value: \"log\": must not be the name of an init container of SidecarSet a: both sets select pods labelled app=a");
        Refused(
            init,
            [Of("b")],
            "spec.initContainers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet b: both sets select pods labelled app=a");
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("one", null, " in namespace one")]
    [InlineData(null, "two", " in namespace two")]
    [InlineData("one", "one", " in namespace one")]
    [InlineData("one", "two", null)]
    [InlineData("", "", "")]
    public void Namespaces_keep_sets_apart(string? mine, string? theirs, string? where) => Refused(
        Of("b").With(s => s with { Namespace = mine }),
        [Of("a").With(s => s with { Namespace = theirs })],
        where is null ? [] : [$"spec.containers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet a: both sets select pods labelled app=a{where}"]);

    [Fact]
    public void Trap117_an_overlap_by_a_key_that_one_does_not_mention_is_seen()
    {
        Refused(
            Of("b", selector: "tier exists"),
            [Of("a")],
            "spec.containers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet a: both sets select pods labelled app=a,tier=0");
        Refused(
            Of("b", selector: "tier absent"),
            [Of("a", selector: "app notin x")],
            "spec.containers[0].name: Invalid value: \"log\": must not be the name of a container of SidecarSet a: both sets select pods without labels");
    }

    [Fact]
    public void A_set_without_a_usable_selector_is_in_nobodys_way() => Refused(Of("b"), [Of("a").With(s => s with { Selector = new() })]);

    private static void Refused(SidecarSet set, SidecarSet[] others, params string[] messages) =>
        Assert.Equal(messages, SidecarSetValidation.Validate(null, set, others).Select(error => error.ToString()));
}

using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Lifecycles;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.Lifecycles;

public sealed class LifecycleHooksTests
{
    private static readonly LifecycleHook _hook = new()
    {
        LabelsHandler = new Dictionary<string, string> { ["example/hold"] = "yes" },
        FinalizersHandler = ["example/wait"],
    };

    [Theory]
    [InlineData(null, false, false, false)]
    [InlineData("no", false, false, false)]
    [InlineData("yes", false, true, false)]
    [InlineData(null, true, true, false)]
    [InlineData("no", true, true, false)]
    [InlineData("yes", true, true, true)]
    public void Any_handler_hooks_and_every_handler_hooks_all(string? label, bool finalizer, bool hooked, bool allHooked)
    {
        V1Pod pod = label is null ? Pod() : Pod().WithLabel("example/hold", label);
        pod = finalizer ? pod with { Metadata = pod.Metadata with { Finalizers = ["other", "example/wait"] } } : pod;
        Assert.Equal(hooked, LifecycleHooks.IsHooked(_hook, pod));
        Assert.Equal(allHooked, LifecycleHooks.AllHooked(_hook, pod));
    }

    [Fact]
    public void A_hook_that_asks_for_nothing_holds_nothing_and_has_all()
    {
        foreach (LifecycleHook? hook in new[] { null, new LifecycleHook(), new LifecycleHook { LabelsHandler = new Dictionary<string, string>(), FinalizersHandler = [] } })
        {
            Assert.False(LifecycleHooks.IsHooked(hook, Pod()));
            Assert.True(LifecycleHooks.AllHooked(hook, Pod()));
        }
    }

    [Fact]
    public void A_change_of_state_says_when()
    {
        V1Pod pod = Pod().WithLabel("app", "web").WithAnnotation("note", "1");
        V1Pod updating = LifecycleHooks.WithState(pod, LifecycleState.Updating, Now.AddMilliseconds(250));

        Assert.Equal("Updating", PodState.LifecycleState(updating));
        Assert.Equal("2021-03-04T05:06:07Z", updating.Metadata.Annotations[WorkloadKeys.LifecycleTimestamp]);
        Assert.Equal("web", updating.Metadata.Labels["app"]);
        Assert.Equal("1", updating.Metadata.Annotations["note"]);
        Assert.Equal("", PodState.LifecycleState(pod));
    }

    [Fact]
    public void A_pod_that_is_in_the_state_is_left_alone()
    {
        V1Pod pod = Pod().WithLabel(WorkloadKeys.LifecycleState, LifecycleState.Normal);
        Assert.Same(pod, LifecycleHooks.WithState(pod, LifecycleState.Normal, Now));
    }

    [Fact]
    public void Hooks_are_equal_when_they_say_the_same()
    {
        LifecycleHook same = new() { LabelsHandler = new Dictionary<string, string> { ["example/hold"] = "yes" }, FinalizersHandler = ["example/wait"] };
        Assert.Equal(new Lifecycle { PreDelete = _hook }, new Lifecycle { PreDelete = same });
        Assert.NotEqual(_hook, same with { FinalizersHandler = [] });
    }
}

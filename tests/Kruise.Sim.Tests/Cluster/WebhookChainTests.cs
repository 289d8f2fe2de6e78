using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Xunit;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>Writes on their way through webhooks that take time.</summary>
public sealed class WebhookChainTests : IAdmittedCallback
{
    private static readonly SimTime Call = SimTime.FromMilliseconds(10);

    private readonly EventLoop _loop = new();
    private readonly ApiServer _server;
    private readonly Steps _steps;
    private readonly List<(object? State, SimTime At, ApiResult Result)> _answers = [];

    public WebhookChainTests()
    {
        _steps = new Steps(_loop);
        _server = new ApiServer(_loop, RandomStream.Named(1, "test"), StandardKinds.Registry());
    }

    void IAdmittedCallback.OnDecided(object? state, in ApiResult result) => _answers.Add((state, _loop.Now, result));

    [Fact]
    public void What_changes_objects_is_asked_one_after_the_other_and_what_does_not_all_at_once()
    {
        _steps.Add("first", pod => Labelled(pod, "a"));
        _steps.Add("second", pod => Labelled(pod, "b"));
        _steps.AddValidating("third", _ => null);
        _steps.AddValidating("fourth", _ => null);

        Assert.True(Chain().TryBegin(new Write.Create(Pod()), this, "pod"));
        Assert.Equal(0, _server.CountOf<V1Pod>());
        Run();

        Assert.Equal([("first", 10), ("second", 20), ("third", 30), ("fourth", 30)], _steps.Asked);
        (object? state, SimTime at, ApiResult result) = Assert.Single(_answers);
        Assert.Equal(("pod", Call + Call + Call), (state, at));
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(["a", "b"], _server.Peek<V1Pod>(Key)!.Metadata.Labels.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_second_sees_what_the_first_has_made_of_it()
    {
        _steps.Add("first", pod => Labelled(pod, "a"));
        _steps.Add("second", pod => Labelled(pod, pod.Metadata.Labels.ContainsKey("a") ? "seen" : "unseen"));
        Chain().TryBegin(new Write.Create(Pod()), this, null);
        Run();
        Assert.Contains("seen", _server.Peek<V1Pod>(Key)!.Metadata.Labels.Keys);
    }

    [Fact]
    public void The_first_that_refuses_ends_it_and_nothing_is_stored()
    {
        _steps.AddValidating("first", _ => "no");
        _steps.AddValidating("second", _ => "nor I");
        Chain().TryBegin(new Write.Create(Pod()), this, null);
        Run();
        Assert.Equal((422, "no"), (Assert.Single(_answers).Result.Code, _answers[0].Result.Message));
        Assert.Equal(0, _server.CountOf<V1Pod>());
    }

    [Fact]
    public void An_object_that_is_no_valid_one_is_refused_before_anybody_is_asked()
    {
        _steps.Add("first", pod => pod);
        Chain().TryBegin(new Write.Create(Pod() with { Metadata = new V1ObjectMeta { Name = "web" } }), this, null);
        Assert.Equal((404, 0), (Assert.Single(_answers).Result.Code, _steps.Asked.Count));
    }

    [Fact]
    public void Two_creations_of_one_name_meet_at_the_end()
    {
        _steps.Add("first", pod => pod);
        WebhookChain chain = Chain();
        chain.TryBegin(new Write.Create(Pod()), this, 1);
        chain.TryBegin(new Write.Create(Pod()), this, 2);
        Run();
        Assert.Equal([201, 409], _answers.Select(answer => answer.Result.Code));
    }

    // A patch fits every version: what somebody else wrote meanwhile stays, and the webhooks are asked about both.
    [Fact]
    public void A_patch_of_what_has_changed_meanwhile_begins_anew()
    {
        Stored();
        _steps.Add("first", pod => pod);
        _steps.AddValidating("second", pod => pod.Metadata.Labels?.ContainsKey("theirs") == true && !pod.Metadata.Labels.ContainsKey("mine") ? "lost" : null);
        Assert.True(Chain().TryBeginPatch<V1Pod>(Key, pod => Labelled(pod, "mine"), this, null));
        Assert.True(_loop.Step(SimTime.MaxValue));
        _server.Patch<V1Pod>(Key, pod => Labelled(pod, "theirs"));
        Run();

        Assert.Equal([("first", 10), ("second", 20), ("first", 30), ("second", 40)], _steps.Asked);
        Assert.True(Assert.Single(_answers).Result.Succeeded);
        Assert.Equal(["mine", "theirs"], _server.Peek<V1Pod>(Key)!.Metadata.Labels.Keys.Order(StringComparer.Ordinal));
    }

    // An update names the version that it was made from, and the version is looked at once more when the webhooks have answered.
    [Fact]
    public void An_update_of_what_has_changed_meanwhile_is_a_conflict()
    {
        V1Pod stored = Stored();
        _steps.Add("first", pod => pod);
        Chain().TryBegin(new Write.Update(Labelled(stored, "mine")), this, null);
        _server.Patch<V1Pod>(Key, pod => Labelled(pod, "theirs"));
        Run();
        Assert.True(Assert.Single(_answers).Result.IsConflict);
        Assert.Equal(["theirs"], _server.Peek<V1Pod>(Key)!.Metadata.Labels.Keys);
    }

    [Fact]
    public void What_is_gone_by_then_is_not_found()
    {
        Stored();
        _steps.Add("first", pod => pod);
        WebhookChain chain = Chain();
        chain.TryBeginPatch<V1Pod>(Key, pod => Labelled(pod, "mine"), this, null);
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 0));
        Run();
        Assert.True(Assert.Single(_answers).Result.IsNotFound);
        Assert.False(chain.TryBeginPatch<V1Pod>(Key, pod => pod, this, null));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 5)]
    [InlineData(false, 5)]
    public void A_pod_whose_webhook_fails_passes_or_not_as_the_policy_says(bool mayPass, int timeoutSeconds)
    {
        _steps.Add("first", pod => Labelled(pod, "a"));
        var settings = new WebhookSettings { Timeout = SimTime.FromSeconds(timeoutSeconds == 0 ? 30 : timeoutSeconds), PodsMayPass = mayPass };
        WebhookService webhooks = Service(settings);
        webhooks.Down(timeoutSeconds == 0 ? WebhookOutage.Refuse : WebhookOutage.Hang, SimTime.FromSeconds(60));
        new WebhookChain(_loop, _server, _steps, webhooks).TryBegin(new Write.Create(Pod()), this, null);
        Run();

        (_, SimTime at, ApiResult result) = Assert.Single(_answers);
        Assert.Equal((SimTime.FromSeconds(timeoutSeconds), mayPass), (at, result.Succeeded));
        Assert.Empty(_steps.Asked);
        if (!mayPass)
        {
            Assert.Equal(500, result.Code);
            Assert.Contains(timeoutSeconds == 0 ? "no endpoints available" : "context deadline exceeded", result.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_call_that_takes_longer_than_the_timeout_has_failed_when_it_is_over()
    {
        _steps.Add("first", pod => pod);
        WebhookService webhooks = Service(new WebhookSettings { Timeout = SimTime.FromSeconds(1), PodsMayPass = false });
        webhooks.Slow(factor: 1, added: SimTime.FromSeconds(2), SimTime.FromSeconds(60));
        new WebhookChain(_loop, _server, _steps, webhooks).TryBegin(new Write.Create(Pod()), this, null);
        Run();
        Assert.Equal((SimTime.FromSeconds(1), 500), (Assert.Single(_answers).At, _answers[0].Result.Code));
    }

    [Fact]
    public void Slow_webhooks_take_longer_by_a_factor_and_by_a_time()
    {
        WebhookService webhooks = Service(new WebhookSettings());
        webhooks.Slow(factor: 3, added: SimTime.FromMilliseconds(5), SimTime.FromSeconds(1));
        webhooks.Slow(factor: 2, added: SimTime.Zero, SimTime.FromSeconds(1));
        Assert.Equal(new WebhookCall(SimTime.FromMilliseconds(65), null), webhooks.Call());
    }

    // The webhooks of our own kinds are part of what the scenario calls API latency, until something is wrong with them.
    [Fact]
    public void Our_own_kinds_take_time_of_their_own_only_while_a_fault_lasts()
    {
        _steps.Add("first", job => job, typeof(ImagePullJob));
        WebhookService webhooks = Service(new WebhookSettings());
        var chain = new WebhookChain(_loop, _server, _steps, webhooks);
        var job = new ImagePullJob { Metadata = new V1ObjectMeta { Name = "job", NamespaceProperty = "default" } };
        Assert.False(chain.TryBegin(new Write.Create(job), this, null));
        webhooks.Down(WebhookOutage.Refuse, SimTime.FromSeconds(1));
        Assert.True(chain.TryBegin(new Write.Create(job), this, null));
        Run();

        // Pods may pass; these may not.
        Assert.Equal(500, Assert.Single(_answers).Result.Code);
        _loop.Schedule(SimTime.FromSeconds(1), new Nothing(), 0);
        Run();
        Assert.False(chain.TryBegin(new Write.Create(job), this, null));
    }

    [Fact]
    public void Writes_that_no_webhook_is_for_are_left_to_the_server()
    {
        WebhookChain chain = Chain();
        Assert.False(chain.TryBegin(new Write.Create(Pod()), this, null));
        Assert.False(chain.TryBegin(new Write.UpdateStatus(Pod()), this, null));
        Assert.False(chain.TryBegin(new Write.Delete(typeof(V1Pod), Key), this, null));
    }

    private static readonly ObjectKey Key = new("default", "web");

    private static V1Pod Pod() => new()
    {
        ApiVersion = "v1",
        Kind = V1Pod.KubeKind,
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default" },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "c", Image = "i" }] },
    };

    private static V1Pod Labelled(V1Pod pod, string label) => pod with
    {
        Metadata = pod.Metadata with
        {
            Labels = new Dictionary<string, string>(pod.Metadata.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal) { [label] = "" },
        },
    };

    private V1Pod Stored() => (V1Pod)_server.Create(Pod()).Object!;

    private WebhookChain Chain() => new(_loop, _server, _steps, Service(new WebhookSettings()));

    private WebhookService Service(WebhookSettings settings) => new(_loop, settings with { Latency = LatencyDistribution.Constant(Call) }, RandomStream.Named(1, "webhooks"));

    private void Run()
    {
        while (_loop.Step(SimTime.FromSeconds(1000)))
        {
        }
    }

    private sealed class Nothing : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state)
        {
        }
    }

    /// <summary>Webhooks that a test makes up, and when each was asked, in milliseconds.</summary>
    private sealed class Steps(EventLoop loop) : IAdmissionSteps
    {
        private readonly List<AdmissionStep> _steps = [];
        private readonly Dictionary<string, Func<IKubernetesObject<V1ObjectMeta>, AdmissionOutcome>> _answers = [];

        public List<(string Step, int At)> Asked { get; } = [];

        public void Add(string name, Func<V1Pod, V1Pod> change) => Add(name, obj => change((V1Pod)obj), typeof(V1Pod));

        public void Add(string name, Func<IKubernetesObject<V1ObjectMeta>, IKubernetesObject<V1ObjectMeta>> change, Type kind) =>
            Add(name, kind, isMutating: true, obj => AdmissionOutcome.Allow(change(obj)));

        public void AddValidating(string name, Func<V1Pod, string?> problem) => Add(
            name, typeof(V1Pod), isMutating: false, obj => problem((V1Pod)obj) is { } wrong ? AdmissionOutcome.Deny(wrong, 422, ApiReason.Invalid) : AdmissionOutcome.Allow(obj));

        public IReadOnlyList<AdmissionStep> StepsFor(IKubernetesObject<V1ObjectMeta> obj, CoreOperation operation) => [.. _steps.Where(step => step.ModelType == obj.GetType())];

        public AdmissionOutcome Ask(AdmissionStep step, CoreOperation operation, IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta> obj)
        {
            Asked.Add((step.Webhook, (int)Math.Round(loop.Now.Seconds * 1000)));
            return _answers[step.Webhook](obj);
        }

        private void Add(string name, Type kind, bool isMutating, Func<IKubernetesObject<V1ObjectMeta>, AdmissionOutcome> answer)
        {
            _steps.Add(new AdmissionStep(name, "/" + name, kind.Name, kind, isMutating, (_, _) => throw new InvalidOperationException("Asked through the world.")));
            _answers.Add(name, answer);
        }
    }
}

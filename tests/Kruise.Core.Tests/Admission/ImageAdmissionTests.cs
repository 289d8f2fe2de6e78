using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Tests.ImagePull;
using Xunit;

namespace Kruise.Core.Tests.Admission;

public sealed class ImageAdmissionTests
{
    private static readonly DateTime Now = new DateTime(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc).AddMilliseconds(750);

    private static AdmissionVerdict Admit(k8s.IKubernetesObject<V1ObjectMeta> obj, FeatureGates? gates = null) =>
        Admissions.Create(obj, Now, gates);

    private static ImagePullJobSpec Admitted(ImagePullJob job)
    {
        AdmissionVerdict verdict = Admit(job);
        Assert.True(verdict.Allowed, verdict.Message);
        Assert.Equal(200, verdict.HttpCode);
        return ((ImagePullJob)verdict.Object).Spec;
    }

    [Theory]
    [InlineData(null, null, 600, 3)]
    [InlineData(42, null, 42, 3)]
    [InlineData(null, 0, 600, 0)]
    [InlineData(1, 9, 1, 9)]
    public void Trap02_What_the_user_sets_is_honoured_and_what_is_unset_is_filled_in(int? timeout, int? backoff, int thenTimeout, int thenBackoff)
    {
        PullPolicy policy = Admitted(Jobs.Of("j", "nginx").WithPolicy(timeout, backoff)).PullPolicy!;
        Assert.Equal((thenTimeout, thenBackoff), (policy.TimeoutSeconds!.Value, policy.BackoffLimit!.Value));
    }

    [Fact]
    public void Defaults_are_type_and_policy_and_change_nothing_the_second_time()
    {
        ImagePullJob job = Jobs.Of("j", "nginx");
        var defaulted = (ImagePullJob)Admit(job).Object;
        Assert.Equal(CompletionPolicy.Always, defaulted.Spec.CompletionPolicy.Type);
        Assert.Null(defaulted.Spec.Parallelism);
        Assert.Null(job.Spec.PullPolicy);
        Assert.Same(defaulted, Admissions.Update(job, defaulted, Now).Object);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-5%")]
    [InlineData("half")]
    public void Trap03_A_parallelism_that_is_neither_number_nor_percentage_is_refused(string parallelism)
    {
        AdmissionVerdict verdict = Admit(Jobs.Of("j", "nginx", parallelism));
        Assert.False(verdict.Allowed);
        Assert.Equal(
            $"spec.parallelism: Invalid value: \"{parallelism}\": must be a whole number of nodes >= 0 (0 pauses) or a percentage of the targets such as 10%",
            verdict.Message);
    }

    [Fact]
    public void All_problems_of_a_job_are_reported_together()
    {
        ImagePullJob job = Jobs.Of("j", "Nginx:", "-1", new CompletionPolicy { Type = "Sometimes", ActiveDeadlineSeconds = -1, TtlSecondsAfterFinished = -2 })
            .WithPolicy(0, -1)
            .WithSecrets("ok", "");
        job = job with
        {
            Spec = job.Spec with
            {
                Selector = new ImagePullJobNodeSelector
                {
                    Names = ["n", ""],
                    MatchLabels = new Dictionary<string, string> { ["a"] = "b" },
                    MatchExpressions = [new V1LabelSelectorRequirement { Key = "k", OperatorProperty = "Near" }],
                },
            },
        };
        AdmissionVerdict verdict = Admit(job);
        Assert.Equal((false, 400), (verdict.Allowed, verdict.HttpCode));
        Assert.Same(job, verdict.Object);
        Assert.Equal(
            [
                "spec.image", "spec.pullSecrets[1]", "spec.selector.names", "spec.selector.names[1]", "spec.selector.matchExpressions[0].operator",
                "spec.parallelism", "spec.pullPolicy.timeoutSeconds", "spec.pullPolicy.backoffLimit", "spec.completionPolicy.type",
                "spec.completionPolicy.activeDeadlineSeconds", "spec.completionPolicy.ttlSecondsAfterFinished",
            ],
            ImagePullJobValidation.Validate(job).Select(e => e.Field));
        Assert.StartsWith("[spec.image: Invalid value: \"Nginx:\": tag \"\"", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Never_job_has_neither_deadline_nor_time_to_live()
    {
        var completion = new CompletionPolicy { Type = CompletionPolicy.Never, ActiveDeadlineSeconds = 1, TtlSecondsAfterFinished = 2 };
        Assert.Equal(
            ["spec.completionPolicy.activeDeadlineSeconds", "spec.completionPolicy.ttlSecondsAfterFinished"],
            ImagePullJobValidation.Validate(Jobs.Of("j", "nginx", completion: completion)).Select(e => e.Field));
    }

    [Fact]
    public void An_image_is_required() =>
        Assert.Equal("spec.image: Required value: must name an image, for example nginx:1.9.1", Admit(Jobs.Of("j", "")).Message);

    [Fact]
    public void Both_kinds_are_forbidden_while_the_daemon_gate_is_off()
    {
        var gates = new FeatureGates(KruiseDaemon: false);
        AdmissionVerdict job = Admit(Jobs.Of("j", "nginx"), gates);
        Assert.Equal((false, 403), (job.Allowed, job.HttpCode));
        Assert.Equal(403, Admit(new NodeImage { Metadata = new() { Name = "n" } }, gates).HttpCode);
        Assert.True(Admit(new V1Node(), gates).Allowed);
    }

    [Fact]
    public void A_NodeImage_gets_createdAt_limits_and_sorted_tags()
    {
        NodeImage sent = Node(new ImageTagSpec { Tag = "b", PullPolicy = new() { TtlSecondsAfterFinished = 9 } }, new ImageTagSpec { Tag = "a", PullPolicy = new() { TtlSecondsAfterFinished = 9, BackoffLimit = 7 } });
        AdmissionVerdict verdict = Admit(sent);
        Assert.True(verdict.Allowed, verdict.Message);
        IReadOnlyList<ImageTagSpec> tags = ((NodeImage)verdict.Object).Spec.Images!["nginx"].Tags;
        Assert.Equal(["a", "b"], tags.Select(t => t.Tag));
        Assert.Equal(new DateTime(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc), tags[0].CreatedAt);
        Assert.Equal((600, 7), (tags[0].PullPolicy!.TimeoutSeconds!.Value, tags[0].PullPolicy!.BackoffLimit!.Value));
        Assert.Same(verdict.Object, Admit(verdict.Object).Object);
        Assert.Equal("b", sent.Spec.Images!["nginx"].Tags[0].Tag);
    }

    [Fact]
    public void All_problems_of_a_NodeImage_are_reported_together()
    {
        NodeImage node = Node(new ImageTagSpec(), new ImageTagSpec { Tag = "a", Version = -1, CreatedAt = Now, PullPolicy = new() }, new ImageTagSpec { Tag = "a", CreatedAt = Now, PullPolicy = new() { TtlSecondsAfterFinished = 1 } });
        Assert.Equal(
            [
                "spec.images[nginx].tags[0].tag", "spec.images[nginx].tags[0].createdAt", "spec.images[nginx].tags[0].pullPolicy",
                "spec.images[nginx].tags[1].version", "spec.images[nginx].tags[1].pullPolicy.ttlSecondsAfterFinished", "spec.images[nginx].tags[2].tag",
            ],
            NodeImageValidation.Validate(node).Select(e => e.Field));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_node_lists_at_most_256_images(int count, bool allowed)
    {
        var node = new NodeImage { Spec = new NodeImageSpec { Images = Enumerable.Range(0, count).ToDictionary(i => $"i{i}", _ => new ImageSpec()) } };
        Assert.Equal(allowed, Admit(node).Allowed);
    }

    private static NodeImage Node(params ImageTagSpec[] tags) => new()
    {
        Metadata = new() { Name = "n" },
        Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["nginx"] = new() { Tags = tags } } },
    };
}

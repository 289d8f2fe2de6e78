using Kruise.Core.Features;
using Kruise.Live.Cli;
using Xunit;

namespace Kruise.Live.Tests.Cli;

public sealed class FeatureGateTextTests
{
    [Theory]
    [InlineData(null, null, true, true)]
    [InlineData("", "", true, true)]
    [InlineData("PodWebhook=true,KruiseDaemon=false", null, true, false)]
    [InlineData(" PodWebhook = F , KruiseDaemon=1,", null, false, true)]
    [InlineData("AllBeta=false", null, false, false)]
    [InlineData("KruiseDaemon=true,AllBeta=false", null, false, true)]
    [InlineData("AllAlpha=false", null, true, true)]
    [InlineData("PodWebhook=true,PodWebhook=false", null, false, true)]
    [InlineData(null, "CloneSet,DaemonSet", false, true)]
    [InlineData(null, "CloneSet, SidecarSet", true, true)]
    [InlineData("PodWebhook=true", "CloneSet", true, true)]
    [InlineData("AllBeta=true", "CloneSet", true, true)]
    public void Gates_are_read_as_upstream_reads_them(string? text, string? customResourceEnable, bool podWebhook, bool daemon) =>
        Assert.Equal(new FeatureGates(podWebhook, daemon), FeatureGateText.Parse(text, customResourceEnable));

    [Theory]
    [InlineData("podwebhook=true", "--feature-gates: unknown feature gate 'podwebhook'; known: PodWebhook, KruiseDaemon, AllAlpha, AllBeta")]
    [InlineData("PodWebhook=true,New", "--feature-gates: unknown feature gate 'New'; known: PodWebhook, KruiseDaemon, AllAlpha, AllBeta")]
    [InlineData("=true", "--feature-gates: unknown feature gate ''; known: PodWebhook, KruiseDaemon, AllAlpha, AllBeta")]
    [InlineData("PodWebhook=yes", "--feature-gates: 'yes' is no value for PodWebhook; allowed: true or false, as in PodWebhook=true")]
    [InlineData("PodWebhook", "--feature-gates: '' is no value for PodWebhook; allowed: true or false, as in PodWebhook=true")]
    public void Anything_else_is_bad_input_in_one_line(string text, string message)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => FeatureGateText.Parse(text));

        Assert.Equal((ExitCode.BadInput, message), (error.ExitCode, error.Message));
    }
}

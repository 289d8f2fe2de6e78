using Kruise.Live.Daemon.Credentials;
using Kruise.Live.Daemon.Pulling;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Pulling;

public sealed class PullErrorTests
{
    private static readonly SecretRedactor s_redactor = new([]);

    [Theory]
    [InlineData(
        "failed to pull and unpack image \"reg.example/a:1\": failed to resolve reference \"reg.example/a:1\": "
            + "pulling from host reg.example failed with status code [manifests 1]: 401 Unauthorized",
        "pulling from host reg.example failed with status code [manifests 1]: 401 Unauthorized", 0)]
    [InlineData("rpc error: code = NotFound desc = failed to pull and unpack image \"a\": rpc error: code = NotFound desc = a: not found", "a: not found", 1)]
    [InlineData("Error response from daemon: pull access denied for x, repository does not exist", "pull access denied for x, repository does not exist", 0)]
    [InlineData("pull of \"reg.example/forbidden\" met 429 Too Many Requests", "pull of \"reg.example/forbidden\" met 429 Too Many Requests", 1)]
    [InlineData("failed to extract layer 00: write /a: no space left on device", "failed to extract layer 00: write /a: no space left on device", 2)]
    [InlineData("  two\nlines\t and\u0007 bells ", "two lines and bells", 1)]
    [InlineData("", "the runtime gave no reason", 1)]
    public void The_runtimes_text_is_kept_without_its_wrapping(string text, string expected, int kind)
    {
        var error = PullError.From(text, s_redactor);
        Assert.Equal((expected, (PullErrorKind)kind), (error.Text, error.Kind));
    }

    [Fact]
    public void A_page_of_text_is_cut() => Assert.Equal(1003, PullError.From(new string('x', 5000), s_redactor).Text.Length);
}

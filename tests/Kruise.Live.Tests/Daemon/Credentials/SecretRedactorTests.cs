using Kruise.Live.Daemon.Credentials;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Credentials;

public sealed class SecretRedactorTests
{
    private static readonly SecretRedactor s_redactor = new(Keyring.Read(
    [
        PullSecret.For("a", "reg.example", "jane", "p\"a/s+s"),
        PullSecret.ConfigJson("b", """{"auths":{"r.example":{"identitytoken":"refresh-me","auth":"dTpw"}}}"""),
    ]).All);

    [Theory]
    [InlineData("sent p\"a/s+s to it", "sent *** to it")]
    [InlineData("as Go quotes: p\\\"a/s+s", "as Go quotes: ***")]
    [InlineData("escaped: p%22a%2Fs%2Bs", "escaped: ***")]
    [InlineData("Authorization: Basic amFuZTpwImEvcytz", "Authorization: Basic ***")]
    [InlineData("grant refresh-me", "grant ***")]
    [InlineData("Get \"https://jane:other@reg.example/v2/\": EOF", "Get \"https://***@reg.example/v2/\": EOF")]
    [InlineData("Get \"https://s3.example/b?X-Amz-Signature=abc&x=1\": EOF", "Get \"https://s3.example/b?***\": EOF")]
    [InlineData("https://a.example?x=1 and http://b.example/c", "https://a.example?*** and http://b.example/c")]
    [InlineData("reg.example/app@sha256:00 is not there", "reg.example/app@sha256:00 is not there")]
    [InlineData("ends with ://", "ends with ://")]
    public void Secrets_go_and_the_rest_stays(string text, string expected) => Assert.Equal(expected, s_redactor.Redact(text));
}

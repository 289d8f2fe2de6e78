using Kruise.Sim.Import;
using Xunit;

namespace Kruise.Sim.Tests.Import;

public class AuthChallengeTests
{
    [Fact]
    public void Quoted_and_bare_values_are_read()
    {
        AuthChallenge challenge = AuthChallenge.Parse("""Bearer realm="https://auth.example/token?a=b,c",service=reg , scope="repository:a/b:pull,push", error="say \"no\"" """.TrimEnd())!;
        Assert.Equal("Bearer", challenge.Scheme);
        Assert.Equal("https://auth.example/token?a=b,c", challenge.Parameters["realm"]);
        Assert.Equal("reg", challenge.Parameters["Service"]);
        Assert.Equal("repository:a/b:pull,push", challenge.Parameters["scope"]);
        Assert.Equal("say \"no\"", challenge.Parameters["error"]);
    }

    [Theory]
    [InlineData("Basic", "Basic", 0)]
    [InlineData("Basic realm=\"unfinished", "Basic", 1)]
    [InlineData("Bearer ,,=x", "Bearer", 0)]
    public void What_is_broken_is_read_as_far_as_it_goes(string header, string scheme, int parameters)
    {
        AuthChallenge challenge = AuthChallenge.Parse(header)!;
        Assert.Equal((scheme, parameters), (challenge.Scheme, challenge.Parameters.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=x")]
    public void What_names_no_scheme_is_none(string header) => Assert.Null(AuthChallenge.Parse(header));
}

using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class ImageNameTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("nginx", "docker.io", "library/nginx", "latest", "nginx:latest")]
    [InlineData("nginx:1.9.1", "docker.io", "library/nginx", "1.9.1", "nginx:1.9.1")]
    [InlineData("docker.io/nginx", "docker.io", "library/nginx", "latest", "nginx:latest")]
    [InlineData("index.docker.io/library/nginx:1", "docker.io", "library/nginx", "1", "nginx:1")]
    [InlineData("user/app:2", "docker.io", "user/app", "2", "user/app:2")]
    [InlineData("localhost/app", "localhost", "app", "latest", "localhost/app:latest")]
    [InlineData("localhost:5000/a/b:c", "localhost:5000", "a/b", "c", "localhost:5000/a/b:c")]
    [InlineData("reg.example/team/app:2.0", "reg.example", "team/app", "2.0", "reg.example/team/app:2.0")]
    [InlineData("nginx@" + Digest, "docker.io", "library/nginx", Digest, "nginx@" + Digest)]
    [InlineData("nginx:1@" + Digest, "docker.io", "library/nginx", Digest, "nginx@" + Digest)]
    public void References_are_completed_as_Docker_does(string reference, string host, string repository, string tag, string familiar)
    {
        Assert.Equal(new ImageName(host, repository, tag), ImageName.TryParse(reference));
        Assert.Equal(familiar, ImageName.TryParse(reference)!.Value.Familiar);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("nginx:")]
    [InlineData("nginx:a b")]
    [InlineData("nginx@sha256:12")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("https://docker.io/nginx")]
    public void What_is_no_reference_is_refused(string reference) => Assert.Null(ImageName.TryParse(reference));

    [Fact]
    public void Inside_a_registry_the_host_may_be_left_out_but_not_be_another()
    {
        Assert.Equal(new ImageName("reg.example:5000", "team/app", "1"), ImageName.TryParseAt("reg.example:5000", "team/app:1"));
        Assert.Equal(new ImageName("reg.example:5000", "team/app", "1"), ImageName.TryParseAt("reg.example:5000", "reg.example:5000/team/app:1"));
        Assert.Null(ImageName.TryParseAt("reg.example:5000", "other.example/team/app:1"));
        Assert.Equal(new ImageName("docker.io", "library/nginx", "1"), ImageName.TryParseAt("docker.io", "nginx:1"));
    }
}

using Kruise.Core.ImagePull;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class ImageReferenceTests
{
    private const string Sha256 = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("nginx", "nginx", "latest", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.9.1", "nginx", "1.9.1", "docker.io/library/nginx:1.9.1")]
    [InlineData("library/nginx:1", "nginx", "1", "docker.io/library/nginx:1")]
    [InlineData("docker.io/library/nginx:1", "nginx", "1", "docker.io/library/nginx:1")]
    [InlineData("docker.io/nginx:1", "nginx", "1", "docker.io/library/nginx:1")]
    [InlineData("index.docker.io/library/nginx", "nginx", "latest", "docker.io/library/nginx:latest")]
    [InlineData("docker.io/u/a", "u/a", "latest", "docker.io/u/a:latest")]
    [InlineData("library/a/b", "library/a/b", "latest", "docker.io/library/a/b:latest")]
    [InlineData("localhost/a", "localhost/a", "latest", "localhost/a:latest")]
    [InlineData("localhost:5000/a:b", "localhost:5000/a", "b", "localhost:5000/a:b")]
    [InlineData("reg.example/team/app", "reg.example/team/app", "latest", "reg.example/team/app:latest")]
    [InlineData("reg.example:5000/team/app:v1", "reg.example:5000/team/app", "v1", "reg.example:5000/team/app:v1")]
    [InlineData("[::1]:5000/a:1", "[::1]:5000/a", "1", "[::1]:5000/a:1")]
    [InlineData("REG/a", "REG/a", "latest", "REG/a:latest")]
    [InlineData("reg/x", "reg/x", "latest", "docker.io/reg/x:latest")]
    [InlineData("a__b/c-----d.e:_1", "a__b/c-----d.e", "_1", "docker.io/a__b/c-----d.e:_1")]
    [InlineData("foo.bar", "foo.bar", "latest", "docker.io/library/foo.bar:latest")]
    public void Reads_and_normalises(string text, string familiar, string tag, string full)
    {
        ImageReference reference = ImageReference.Parse(text);
        Assert.Equal((familiar, tag, full, false), (reference.FamiliarName, reference.TagOrDigest, reference.ToString(), reference.IsDigest));
        Assert.Equal(reference, ImageReference.Parse(full));
        Assert.Equal(reference, ImageReference.Parse(ImageReference.Pullable(familiar, tag)));
    }

    [Theory]
    [InlineData("nginx@" + Sha256, "nginx", "docker.io/library/nginx@" + Sha256)]
    [InlineData("nginx:1@" + Sha256, "nginx", "docker.io/library/nginx@" + Sha256)]
    [InlineData("reg:5000/x@" + Sha256, "reg:5000/x", "reg:5000/x@" + Sha256)]
    public void Trap31_A_digest_stands_in_for_the_tag_and_is_joined_with_an_at_sign(string text, string familiar, string full)
    {
        ImageReference reference = ImageReference.Parse(text);
        Assert.Equal((familiar, Sha256, full, true), (reference.FamiliarName, reference.TagOrDigest, reference.ToString(), reference.IsDigest));
        Assert.Equal(reference, ImageReference.Parse(ImageReference.Pullable(familiar, reference.TagOrDigest)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(":1", "missing")]
    [InlineData("nginx:", "tag \"\"")]
    [InlineData("nginx:-a", "tag \"-a\"")]
    [InlineData("nginx:a b", "tag \"a b\"")]
    [InlineData("Nginx", "lower case")]
    [InlineData("u/Nginx", "lower case")]
    [InlineData("nginx ", "components")]
    [InlineData("a//b", "components")]
    [InlineData("a/", "components")]
    [InlineData("/a", "components")]
    [InlineData("a..b", "components")]
    [InlineData("a___b", "components")]
    [InlineData("a-", "components")]
    [InlineData("-a", "components")]
    [InlineData("ä", "components")]
    [InlineData("https://reg.example/a", "registry \"https:\"")]
    [InlineData("reg:port/a", "registry \"reg:port\"")]
    [InlineData("-reg.example/a", "registry")]
    [InlineData("reg..example/a", "registry")]
    [InlineData("[::1/a:2", "registry")]
    [InlineData("reg.example/", "missing")]
    [InlineData("nginx@sha256:abc", "64 lower-case")]
    [InlineData("nginx@md5:abc", "must begin with sha256:")]
    [InlineData("nginx@", "must begin with sha256:")]
    [InlineData("nginx@" + Sha256 + "@" + Sha256, "64 lower-case")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "image id")]
    public void Says_what_is_wrong(string text, string part)
    {
        Assert.False(ImageReference.TryParse(text, out _, out string problem));
        Assert.Contains(part, problem, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ImageReference.Parse(text));
    }

    [Theory]
    [InlineData("reg.example", "app:1", "reg.example/app:1")]
    [InlineData("reg.example", "docker.io/app:1", "docker.io/library/app:1")]
    [InlineData("reg.example", "other.example/app", "other.example/app:latest")]
    [InlineData("index.docker.io", "app", "docker.io/library/app:latest")]
    public void A_registrys_own_list_may_leave_its_name_out(string registry, string text, string full)
    {
        Assert.True(ImageReference.TryParse(text, out ImageReference? reference, out _, registry));
        Assert.Equal(full, reference.ToString());
        Assert.Equal(reference, ImageReference.Parse(reference.FamiliarReference));
    }

    [Theory]
    [InlineData("docker.io", true)]
    [InlineData("localhost", true)]
    [InlineData("reg:5000", true)]
    [InlineData("REG", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("index.docker.io", false)]
    [InlineData("reg", false)]
    [InlineData("", false)]
    [InlineData("-reg.example", false)]
    [InlineData("https://reg.example", false)]
    public void Knows_what_references_can_name_a_registry_by(string text, bool expected)
    {
        Assert.Equal(expected, ImageReference.IsRegistry(text));
        Assert.Equal(expected, ImageReference.TryParse(text + "/a/b", out ImageReference? reference, out _) && reference.Domain == text);
    }

    [Fact]
    public void Limits_names_to_255_and_tags_to_128_characters()
    {
        string path = new('a', 255 - "reg.example/".Length);
        Assert.True(ImageReference.TryParse("reg.example/" + path, out _, out _));
        Assert.False(ImageReference.TryParse("reg.example/" + path + "a", out _, out _));
        Assert.True(ImageReference.TryParse("a:" + new string('t', 128), out _, out _));
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _, out _));
    }
}

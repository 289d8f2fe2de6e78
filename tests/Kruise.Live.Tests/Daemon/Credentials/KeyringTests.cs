using k8s.Models;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;
using Kruise.Live.Daemon.Credentials;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Credentials;

public sealed class KeyringTests
{
    [Theory]
    [InlineData("reg.example", "reg.example/team/app:1", true)]
    [InlineData("https://reg.example", "reg.example/team/app:1", true)]
    [InlineData("http://reg.example/v2/", "reg.example/team/app:1", true)]
    [InlineData("https://reg.example/v1", "reg.example/team/app:1", true)]
    [InlineData("REG.example/", "reg.example/team/app:1", true)]
    [InlineData("reg.example/team", "reg.example/team/app:1", true)]
    [InlineData("reg.example/team/app", "reg.example/team/app:1", true)]
    [InlineData("https://reg.example/v2/team/", "reg.example/team/app:1", true)]
    [InlineData("reg.example/tea", "reg.example/team/app:1", false)]
    [InlineData("reg.example/team/app/more", "reg.example/team/app:1", false)]
    [InlineData("reg.example:5000", "reg.example/team/app:1", false)]
    [InlineData("reg.example", "reg.example:5000/team/app:1", false)]
    [InlineData("reg.example:5000", "reg.example:5000/team/app:1", true)]
    [InlineData("127.0.0.1:5000", "127.0.0.1:5000/team/app:1", true)]
    [InlineData("[::1]:5000", "[::1]:5000/team/app:1", true)]
    [InlineData("[::1]", "[::1]:5000/team/app:1", false)]
    [InlineData("other.example", "reg.example/team/app:1", false)]
    [InlineData("example", "reg.example/team/app:1", false)]
    [InlineData("*.example.com", "reg.example.com/team/app:1", true)]
    [InlineData("*.example.com", "a.reg.example.com/team/app:1", false)]
    [InlineData("*.example.com", "example.com/team/app:1", false)]
    [InlineData("*.example.com", "reg.example.com.evil.org/team/app:1", false)]
    [InlineData("*.example.com:5000", "reg.example.com:5000/team/app:1", true)]
    [InlineData("reg*.example.com", "reg2.example.com/team/app:1", true)]
    [InlineData("reg?.*.com", "reg2.example.com/team/app:1", true)]
    [InlineData("https://index.docker.io/v1/", "nginx:1", true)]
    [InlineData("index.docker.io/v1", "team/app", true)]
    [InlineData("docker.io", "docker.io/library/nginx:1", true)]
    [InlineData("docker.io/team", "team/app", true)]
    [InlineData("docker.io/team", "nginx", false)]
    [InlineData("https://index.docker.io/v1/", "localhost/team/app", false)]
    [InlineData("https://index.docker.io/v1/", "registry/app", true)] // a path on Docker Hub
    [InlineData("https://index.docker.io/v1/", "registry:5000/app", false)]
    public void An_entry_covers_what_it_was_given_for(string key, string image, bool covers)
    {
        var keyring = Keyring.Read([PullSecret.For("s", key, "jane", "open-sesame")]);
        Assert.Empty(keyring.Problems);
        Assert.Equal(covers ? 1 : 0, keyring.For(ImageReference.Parse(image)).Count);
    }

    [Fact]
    public void The_narrowest_comes_first_then_spelled_out_hosts_then_the_order_of_the_secrets()
    {
        V1Secret[] secrets =
        [
            PullSecret.For("wild", "*.example", "wild", "1"),
            PullSecret.For("host", "reg.example", "host", "2"),
            PullSecret.For("host2", "https://reg.example/v2/", "host2", "3"),
            PullSecret.For("team", "reg.example/team", "team", "4"),
            PullSecret.For("again", "https://reg.example", "host", "2"),
            PullSecret.For("app", "reg.example/team/app", "app", "5"),
            PullSecret.For("wildTeam", "*.example/team", "wildTeam", "6"),
        ];
        IReadOnlyList<RegistryCredential> found = Keyring.Read(secrets).For(ImageReference.Parse("reg.example/team/app:1"));
        Assert.Equal(["app", "team", "wildTeam", "host", "host2", "wild"], found.Select(c => c.Username));
    }

    [Fact]
    public void Every_form_of_an_entry_is_read()
    {
        string auth = PullSecret.Base64("jane:pass:word");
        var keyring = Keyring.Read(
        [
            PullSecret.ConfigJson("a", """{"auths":{"a.example":{"username":"jane","password":"p"}},"credsStore":"ignored"}"""),
            PullSecret.ConfigJson("b", $$"""{"auths":{"b.example":{"auth":"{{auth}}"} } }"""),
            PullSecret.ConfigJson("c", $$"""{"auths":{"c.example":{"auth":"{{auth.TrimEnd('=')}}","username":"other","password":"other"} } }"""),
            PullSecret.ConfigJson("d", $$"""{"auths":{"d.example":{"auth":"{{PullSecret.Base64("token:")}}","identitytoken":"refresh"} } }"""),
            PullSecret.ConfigJson("e", """{"auths":{"e.example":{"registrytoken":"bearer"},"empty.example":{},"null.example":{"auth":null}}}"""),
            PullSecret.Config("f", $$"""{"https://f.example/v1/":{"auth":"{{auth}}","email":"x"} }"""),
        ]);
        Assert.Empty(keyring.Problems);
        Assert.Equal(
            [
                ("a.example", "jane", "p", "", ""), ("b.example", "jane", "pass:word", "", ""), ("c.example", "jane", "pass:word", "", ""),
                ("d.example", "token", "", "refresh", ""), ("e.example", "", "", "", "bearer"), ("f.example", "jane", "pass:word", "", ""),
            ],
            keyring.All.Select(c => (c.Scope.ToString(), c.Username, c.Password, c.IdentityToken, c.RegistryToken)));
    }

    [Theory]
    [InlineData("""{"auths":""", "is not a JSON object")]
    [InlineData("""["Hush-1"]""", "is not a JSON object")]
    [InlineData("""{"Hush-1":1}""", "has no \"auths\"")]
    [InlineData("""{"auths":"Hush-1"}""", "has registries that are not a JSON object")]
    [InlineData("""{"auths":{"r.example":"Hush-1"}}""", "has a registry's entry that is not a JSON object")]
    [InlineData("""{"auths":{"https://":{"password":"Hush-1"}}}""", "has a registry that names no host")]
    [InlineData("""{"auths":{"jane:Hush-1@r.example":{}}}""", "has a registry that names no host")]
    [InlineData("""{"auths":{"r.example":{"auth":"Hush-1!"}}}""", "has an \"auth\" that is not base64")]
    [InlineData("""{"auths":{"r.example":{"auth":"SHVzaC0x"}}}""", "has an \"auth\" that is not base64 of username:password")]
    [InlineData("""{"auths":{"r.example":{"username":"jane","password":17}}}""", "has a \"password\" that is not a text")]
    public void Malformed_secrets_are_told_by_name_alone_and_the_others_count(string json, string problem)
    {
        var keyring = Keyring.Read([PullSecret.ConfigJson("bad", json), PullSecret.For("good", "r.example", "jane", "p")]);
        Assert.Equal("pull secret prod/bad " + problem, Assert.Single(keyring.Problems));
        Assert.Equal("prod/good", Assert.Single(keyring.All).Source);
    }

    [Fact]
    public void Secrets_of_another_type_or_without_their_key_are_told()
    {
        var keyring = Keyring.Read(
        [
            PullSecret.Make("opaque", "Opaque", ".dockerconfigjson", "{}"),
            PullSecret.Make("keyless", "kubernetes.io/dockercfg", ".dockerconfigjson", "{}"),
        ]);
        Assert.Equal(
            [
                "pull secret prod/opaque must be of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg",
                "pull secret prod/keyless has no \".dockercfg\"",
            ],
            keyring.Problems);
    }

    [Fact]
    public void A_credential_in_words_is_where_it_comes_from() => Assert.Equal(
        "credential for r.example/team of prod/s",
        Keyring.Read([PullSecret.For("s", "https://r.example/v2/team", "jane", "open-sesame")]).All[0].ToString());
}

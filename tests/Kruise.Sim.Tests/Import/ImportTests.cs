using System.Text;
using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Xunit;
using Answer = Kruise.Sim.Tests.Import.FakeRegistry.Answer;

namespace Kruise.Sim.Tests.Import;

/// <summary>The verb against a registry that answers what a test says; real ones are in Kruise.Live.Tests.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Manifest =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
         "config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001","size":7},
         "layers":[
          {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":27093342},
          {"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:1e11111111111111111111111111111111111111111111111111111111111111","size":1000}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Layers_are_printed_as_a_scenario_takes_them()
    {
        using var registry = new FakeRegistry(_ => new Answer(200, Manifest));
        (int code, string output, string errors) = Import($"{registry.Host}/team/app:1");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("# 2 layers, 27.1 MB\n", output, StringComparison.Ordinal);
        string entries = string.Join('\n', output.Split('\n').Where(line => !line.StartsWith('#')));
        Assert.Equal(
            $$"""
            - name: "{{registry.Host}}/team/app:1"
              layers:
              - {size: 27.093342MB, id: "aaaaaaaaaaaaaaaa"}
              - {size: 1kB, uncompressed: 1kB, id: "1e11111111111111"}

            """,
            entries);
        Assert.Equal(["GET /v2/team/app/manifests/1"], registry.Requests);

        string scenario = _folder["s.yaml"];
        File.WriteAllText(scenario,
            $$$"""
            apiVersion: sim.kruise.io/v1alpha1
            kind: Scenario
            metadata: {name: s}
            spec:
              cluster: {nodePools: [{name: web, count: 2}]}
              registries:
              - name: "{{{registry.Host}}}"
                images:
            {{{string.Join('\n', output.Split('\n').Select(line => "    " + line))}}}
              timeline:
              - {at: 0s, apply: {apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {name: warm}, spec: {image: "{{{registry.Host}}}/team/app:1", completionPolicy: {} } } }
              expect:
              - {metric: nodes.succeeded, min: 2}
            """);
        (code, output, errors) = InProcess.Run("run", scenario, "--no-plots", "--out", _folder["report"]);
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public void An_index_gives_the_platform_that_was_asked_for()
    {
        string Index() => $$$"""
            {"schemaVersion":2,"manifests":[
             {"digest":"{{{FakeRegistry.DigestOf("other")}}}","platform":{"os":"linux","architecture":"arm64"}},
             {"digest":"{{{FakeRegistry.DigestOf(Manifest)}}}","platform":{"os":"linux","architecture":"arm","variant":"v7"}},
             {"digest":"{{{FakeRegistry.DigestOf("x")}}}","platform":{"os":"unknown","architecture":"unknown"}}]}
            """;
        using var registry = new FakeRegistry(request => new Answer(200, request.RawUrl!.EndsWith("/1", StringComparison.Ordinal) ? Index() : Manifest));
        (int code, string output, string errors) = Import($"{registry.Host}/app:1", "--platform", "linux/arm");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("# linux/arm/v7, 2 layers", output, StringComparison.Ordinal);

        (code, output, errors) = Import($"{registry.Host}/app:1");
        Assert.Equal((2, "", $"{registry.Host}/app:1: there is none for linux/amd64; there are: linux/arm64, linux/arm/v7\n"), (code, output, errors));

        // The registry answers with another manifest than the one that was asked for.
        (code, output, errors) = Import($"{registry.Host}/app:1", "--platform", "linux/arm64");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("sent other content than that of sha256:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_platform_that_was_asked_for_is_held_against_the_configuration_where_there_is_no_index()
    {
        const string Config = """{"os":"linux","architecture":"amd64"}""";
        string manifest = Manifest.Replace("sha256:0000000000000000000000000000000000000000000000000000000000000001", FakeRegistry.DigestOf(Config), StringComparison.Ordinal);
        using var registry = new FakeRegistry(request => new Answer(200, request.RawUrl!.Contains("/blobs/", StringComparison.Ordinal) ? Config : manifest));
        Assert.Equal(0, Import($"{registry.Host}/app:1", "--platform", "linux/amd64").Code);
        (int code, _, string errors) = Import($"{registry.Host}/app:1", "--platform", "linux/arm64");
        Assert.Equal((2, $"{registry.Host}/app:1: there is none for linux/arm64; there is one for linux/amd64\n"), (code, errors));
    }

    [Theory]
    [InlineData(null, "GET /token?service=reg&scope=repository%3Ateam%2Fapp%3Apull")]
    [InlineData("""{"auths":{"HOST":{"auth":"dXNlcjpzM2NyZXQ="}}}""", "GET /token?service=reg&scope=repository%3Ateam%2Fapp%3Apull Basic dXNlcjpzM2NyZXQ=")]
    [InlineData("""{"auths":{"HOST/team":{"identitytoken":"refresh"}}}""", "POST /token")]
    public void A_token_is_fetched_from_the_service_that_the_registry_names(string? config, string asked)
    {
        FakeRegistry? registry = null;
        registry = new FakeRegistry(request => request.RawUrl!.StartsWith("/token", StringComparison.Ordinal) ? new Answer(200, """{"token":"t0ken"}""")
            : request.Headers["Authorization"] == "Bearer t0ken" ? new Answer(200, Manifest)
            : new Answer(401, """{"errors":[{"code":"UNAUTHORIZED","message":"s3cret"}]}""", $"Bearer realm=\"http://{registry!.Host}/token\",service=\"reg\",scope=\"repository:team/app:pull\""));
        using (registry)
        {
            (int code, string output, string errors) = Import(config, $"{registry.Host}/team/app:1");
            Assert.Equal((0, ""), (code, errors));
            Assert.Equal(["GET /v2/team/app/manifests/1", asked, "GET /v2/team/app/manifests/1 Bearer t0ken"], registry.Requests);
            Assert.DoesNotContain("t0ken", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Credentials_that_are_refused_are_followed_by_others_and_by_none_and_nothing_of_them_is_printed()
    {
        using var registry = new FakeRegistry(_ => new Answer(401, """{"errors":[{"code":"UNAUTHORIZED","message":"user:s3cret"}]}""", "Basic realm=\"s3cret\""));
        string config = """{"auths":{"HOST/team":{"username":"user","password":"s3cret"},"HOST":{"auth":"b3RoZXI6d29yZA=="},"elsewhere.example":{"auth":"YTpi"}}}""";
        (int code, string output, string errors) = Import(config, $"{registry.Host}/team/app:1");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal($"{registry.Host}/team/app:1: the registry {registry.Host} shows it to nobody like us (UNAUTHORIZED): what was given for it was tried\n", errors);
        string Basic(string pair) => "GET /v2/team/app/manifests/1 Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
        Assert.Equal(["GET /v2/team/app/manifests/1", Basic("user:s3cret"), Basic("other:word")], registry.Requests);
    }

    [Theory]
    [InlineData(404, """{"errors":[{"code":"MANIFEST_UNKNOWN"}]}""", "has no such image (MANIFEST_UNKNOWN)")]
    [InlineData(404, "<html>", "has no such image")]
    [InlineData(401, "", "shows it to nobody like us: no credentials for it were found")]
    [InlineData(429, """{"errors":[{"code":"TOOMANYREQUESTS"}]}""", "has had too many requests")]
    [InlineData(503, """{"errors":[{"code":"\u001b[31m"}]}""", "answered 503")]
    [InlineData(200, "<html>", "its manifest is not JSON")]
    [InlineData(200, "[]", "its manifest is not a JSON object")]
    [InlineData(200, "{}", "its manifest has neither layers nor manifests")]
    [InlineData(200, """{"fsLayers":[]}""", "its manifest is of Docker's first schema")]
    [InlineData(200, """{"layers":[]}""", "its manifest has no layers, and an image of a scenario has at least one")]
    [InlineData(200, """{"manifests":[]}""", "its index names no image")]
    [InlineData(200, """{"manifests":[{"digest":"DIGEST"},{"digest":"DIGEST"}]}""", "its index names 2 images and not what platforms they are for")]
    [InlineData(200, """{"layers":[{"size":1,"digest":"DIGEST"}],"config":{"digest":"md5:1"}}""", "its manifest has an item without a digest that is one")]
    [InlineData(200, """{"layers":3}""", "its manifest has \"layers\" that is not a list")]
    [InlineData(200, """{"layers":[3]}""", "its manifest has an item of \"layers\" that is not an object")]
    [InlineData(200, """{"layers":[{"size":-1}]}""", "its manifest has a layer without a size")]
    [InlineData(200, """{"layers":[{"size":1,"digest":"md5:1"}]}""", "its manifest has an item without a digest that is one")]
    public void What_a_registry_answers_wrongly_is_said_in_a_line(int status, string body, string expected)
    {
        using var registry = new FakeRegistry(_ => new Answer(status, body.Replace("DIGEST", FakeRegistry.DigestOf("x"), StringComparison.Ordinal)));
        (int code, string output, string errors) = Import($"{registry.Host}/app:1");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"{registry.Host}/app:1: ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain('\e', errors);
    }

    [Fact]
    public void More_than_a_manifest_may_be_is_not_read()
    {
        using var registry = new FakeRegistry(_ => new Answer(200, new string(' ', (8 * 1024 * 1024) + 1)));
        (int code, _, string errors) = Import($"{registry.Host}/app:1");
        Assert.Equal((2, $"{registry.Host}/app:1: the registry {registry.Host} sent more than 8 MiB\n"), (code, errors));
    }

    [Fact]
    public void A_registry_that_is_not_there_or_has_no_certificate_is_said_to_be_that()
    {
        string host;
        using (var registry = new FakeRegistry(_ => new Answer(200, Manifest)))
        {
            host = registry.Host;
            (int refused, _, string secure) = InProcess.Run("import", host + "/app:1", "--auth-file", Auth("{}"));
            Assert.Equal(2, refused);
            Assert.Contains("allowed without one: --plain-http " + host, secure, StringComparison.Ordinal);
        }

        (int code, _, string errors) = Import(host + "/app:1");
        Assert.Equal(2, code);
        Assert.Contains($"{host}/app:1: the registry {host} cannot be reached: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IMAGE: \"A\" is not an image reference: ", "A")]
    [InlineData("--platform: \"amd64\" is none; allowed: OS/ARCHITECTURE", "app:1", "--platform", "amd64")]
    [InlineData("no-such-file: cannot be read: ", "app:1", "--auth-file", "no-such-file")]
    public void Wrong_arguments_are_said_by_name(string expected, params string[] arguments)
    {
        (int code, string output, string errors) = InProcess.Run(["import", .. arguments]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json s3cret", "is not a JSON object; allowed: ")]
    [InlineData("""{"auths":{"a.example":{"auth":"s3cret"}}}""", "has an \"auth\" that is not base64 of username:password; allowed: ")]
    public void A_file_of_credentials_that_is_none_is_said_without_its_content(string content, string expected)
    {
        (int code, _, string errors) = InProcess.Run("import", "app:1", "--auth-file", Auth(content));
        Assert.Equal(2, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Helpers_are_said_not_to_be_asked()
    {
        using var registry = new FakeRegistry(_ => new Answer(200, Manifest));
        (int code, _, string errors) = Import("""{"credsStore":"desktop"}""", $"{registry.Host}/app:1");
        Assert.Equal(0, code);
        Assert.Contains("credential helpers are not asked", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reg.example:99999/app:1", "\"reg.example:99999\" is no address of a registry; allowed: a host name or address, with a port of 0 to 65535 or none")]
    [InlineData("[::::]/app:1", "\"[::::]\" is no address of a registry; allowed: ")]
    public void A_reference_whose_registry_can_have_no_address_is_said_to_have_none(string image, string expected)
    {
        (int code, string output, string errors) = InProcess.Run("import", image, "--auth-file", Auth("{}"));
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"{image}: {expected}", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Layers_larger_than_anything_are_refused_and_not_added_up()
    {
        string layer = $$"""{"size":1000000000000000,"digest":"{{FakeRegistry.DigestOf("x")}}"}""";
        using var registry = new FakeRegistry(_ => new Answer(200, $$"""{"layers":[{{string.Join(',', Enumerable.Repeat(layer, 9_300))}}]}"""));
        (int code, string output, string errors) = Import($"{registry.Host}/app:1");
        Assert.Equal((2, "", $"{registry.Host}/app:1: its manifest has layers of more than 10^15 bytes together\n"), (code, output, errors));
    }

    [Fact]
    public void A_token_that_would_be_another_header_is_not_sent()
    {
        using var registry = new FakeRegistry(_ => new Answer(401, "", "Bearer realm=\"http://127.0.0.1:1/token\""));
        (int code, _, string errors) = Import("""{"auths":{"HOST":{"registrytoken":"s3cret\nx: y"}}}""", $"{registry.Host}/app:1");
        Assert.Equal(2, code);
        Assert.EndsWith("has a \"registrytoken\" that is none\n", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public void Plain_http_is_for_the_registries_that_it_names_and_never_for_docker_io()
    {
        using var registry = new FakeRegistry(_ => new Answer(200, Manifest));
        // The second image's registry is asked over HTTPS, which this one does not speak.
        using var other = new FakeRegistry(_ => new Answer(200, Manifest));
        (int code, _, string errors) = InProcess.Run("import", $"{registry.Host}/a:1", $"{other.Host}/b:1", "--plain-http", registry.Host, "--auth-file", Auth("{}"));
        Assert.Equal(2, code);
        Assert.StartsWith($"{other.Host}/b:1: the registry {other.Host} offers no secure connection", errors, StringComparison.Ordinal);
        Assert.Single(registry.Requests);
        Assert.Empty(other.Requests);

        (code, _, errors) = InProcess.Run("import", "nginx", $"{other.Host}/b:1", "--plain-http", "docker.io", "--auth-file", Auth("{}"));
        Assert.Equal((2, $"--plain-http: \"docker.io\" is no registry of the images; allowed: {other.Host}\n"), (code, errors));
        (code, _, errors) = InProcess.Run("import", "nginx", "--plain-http", "docker.io", "--auth-file", Auth("{}"));
        Assert.Equal((2, "--plain-http: \"docker.io\" is no registry of the images; allowed: none: docker.io speaks HTTPS\n"), (code, errors));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public void Credentials_follow_no_redirect()
    {
        string config = """{"os":"linux","architecture":"amd64"}""";
        string manifest = Manifest.Replace("sha256:0000000000000000000000000000000000000000000000000000000000000001", FakeRegistry.DigestOf(config), StringComparison.Ordinal);
        using var store = new FakeRegistry(request => new Answer(200, request.RawUrl!.Contains("/blobs/", StringComparison.Ordinal) ? config : manifest));
        using var registry = new FakeRegistry(request => request.Headers["Authorization"] is null
            ? new Answer(401, "", "Basic realm=\"r\"")
            : new Answer(307, "", Location: $"http://{store.Host}{request.RawUrl}"));
        (int code, _, string errors) = InProcess.Run(
            "import", $"{registry.Host}/app:1", "--platform", "linux/amd64", "--plain-http", registry.Host,
            "--auth-file", Auth($$$"""{"auths":{"{{{registry.Host}}}":{"username":"user","password":"s3cret"} } }"""));
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(["GET /v2/app/manifests/1", $"GET /v2/app/blobs/{FakeRegistry.DigestOf(config)}"], store.Requests);
    }

    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public void A_token_service_that_sends_elsewhere_is_not_followed(int status)
    {
        using var elsewhere = new FakeRegistry(_ => new Answer(200, """{"token":"t0ken"}"""));
        using var service = new FakeRegistry(_ => new Answer(status, "", Location: $"http://{elsewhere.Host}/token"));
        using var registry = new FakeRegistry(_ => new Answer(401, "", $"Bearer realm=\"http://{service.Host}/token\""));
        (int code, _, string errors) = Import("""{"auths":{"HOST":{"identitytoken":"refresh"}}}""", $"{registry.Host}/app:1");
        Assert.Equal((2, $"{registry.Host}/app:1: the token service {service.Host} answered {status}\n"), (code, errors));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public void A_refusal_that_asks_for_nothing_does_not_say_that_anything_was_tried()
    {
        using var registry = new FakeRegistry(_ => new Answer(403));
        (int code, _, string errors) = Import("""{"auths":{"HOST":{"username":"user","password":"s3cret"}}}""", $"{registry.Host}/app:1");
        Assert.Equal((2, $"{registry.Host}/app:1: the registry {registry.Host} shows it to nobody like us: it did not ask for what was given for it\n"), (code, errors));
        Assert.Equal(["GET /v2/app/manifests/1"], registry.Requests);
    }

    [Theory]
    [InlineData("not json s3cret", "is not a JSON object; allowed: Docker's configuration with \"auths\"; it goes on without credentials\n")]
    [InlineData("""{"auths":{"a.example":{"auth":"s3cret"}}}""", "has an \"auth\" that is not base64 of username:password; allowed: ")]
    public async Task Dockers_own_file_keeps_nobody_from_public_images(string content, string expected)
    {
        using var registry = new FakeRegistry(_ => new Answer(200, Manifest));
        string file = Auth(content);
        (int code, string output, string errors) = await KruiseSimProcess.RunAsync(
            ["import", $"{registry.Host}/app:1", "--plain-http", registry.Host], TestContext.Current.CancellationToken,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DOCKER_CONFIG"] = _folder.Path });
        Assert.True(code == 0, errors);
        Assert.Contains($"- name: \"{registry.Host}/app:1\"", output, StringComparison.Ordinal);
        Assert.StartsWith($"{file}: {expected}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 0, "# 2 layers")]
    [InlineData("linux/amd64", 0, "# linux/amd64, 2 layers")]
    [InlineData("linux/arm64", 2, "there is none for linux/arm64; there is one for linux/amd64")]
    public void An_index_of_one_image_need_not_say_its_platform(string? platform, int expected, string said)
    {
        const string Config = """{"os":"linux","architecture":"amd64"}""";
        string manifest = Manifest.Replace("sha256:0000000000000000000000000000000000000000000000000000000000000001", FakeRegistry.DigestOf(Config), StringComparison.Ordinal);
        string index = $$$"""{"manifests":[{"digest":"{{{FakeRegistry.DigestOf(manifest)}}}"}]}""";
        using var registry = new FakeRegistry(request => new Answer(
            200, request.RawUrl!.EndsWith("/1", StringComparison.Ordinal) ? index : request.RawUrl.Contains("/blobs/", StringComparison.Ordinal) ? Config : manifest));
        string[] asked = platform is null ? [] : ["--platform", platform];
        (int code, string output, string errors) = Import([$"{registry.Host}/app:1", .. asked]);
        Assert.Equal(expected, code);
        Assert.Contains(said, output + errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arm64", null, "linux/arm64/v8", true)]
    [InlineData("arm64", "v8", "linux/arm64", true)]
    [InlineData("arm", null, "linux/arm/v7", true)]
    [InlineData("arm", null, "linux/arm/v6", false)]
    [InlineData("arm64", null, "linux/arm64/v9", false)]
    public void An_absent_variant_is_what_runtimes_take_it_for(string architecture, string? variant, string asked, bool answers) =>
        Assert.Equal(answers, new Kruise.Sim.Import.ImagePlatform("linux", architecture, variant).Answers(Kruise.Sim.Import.ImagePlatform.Parse(asked)!));

    private (int Code, string Output, string Errors) Import(params string[] arguments) =>
        InProcess.Run(["import", .. arguments, "--plain-http", arguments[0].Split('/')[0], "--auth-file", Auth("{}")]);

    private (int Code, string Output, string Errors) Import(string? config, string image) =>
        InProcess.Run(
            "import", image, "--plain-http", image.Split('/')[0], "--auth-file", Auth((config ?? "{}").Replace("HOST", image.Split('/')[0], StringComparison.Ordinal)));

    private string Auth(string content)
    {
        string file = _folder["config.json"];
        File.WriteAllText(file, content);
        return file;
    }
}

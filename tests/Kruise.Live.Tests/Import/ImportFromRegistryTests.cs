using System.Text;
using System.Text.Json;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Import;

/// <summary><c>kruise-sim import</c> from Debian's docker-registry.</summary>
public class ImportFromRegistryTests
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OciIndex)]
    [InlineData(DockerList)]
    public async Task Of_an_index_the_layers_of_the_platform_are_printed_as_a_scenario_has_them(string type)
    {
        LabEnvironment.Require("docker-registry");
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        LabImage intel = LabImage.Create("intel", 3_000_000, 1_234), arm = LabImage.Create("arm", 2_000_000);
        (byte[] intelManifest, byte[] armManifest) = (As(intel, type), As(arm, type));
        await registry.PushAsync("team/app:intel", intel);
        await registry.PushAsync("team/app:arm", arm);
        string manifestType = type == DockerList ? DockerManifest : LabImage.ManifestType;
        await registry.PushManifestAsync("team/app:intel", intelManifest, manifestType);
        await registry.PushManifestAsync("team/app:arm", armManifest, manifestType);
        await registry.PushManifestAsync("team/app:1", Index(type, manifestType, ("amd64", intelManifest), ("arm64", armManifest)), type);

        (int code, string output, string errors) = Import($"{registry.Host}/team/app:1");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("# linux/amd64, 2 layers, ", output, StringComparison.Ordinal);
        Assert.Equal(Expected(registry.Host + "/team/app:1", intel), Entries(output));

        (code, output, errors) = Import($"{registry.Host}/team/app:1", "--platform", "linux/arm64");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(Expected(registry.Host + "/team/app:1", arm), Entries(output));

        (code, _, errors) = Import($"{registry.Host}/team/app:1", "--platform", "linux/s390x");
        Assert.Equal((2, $"{registry.Host}/team/app:1: there is none for linux/s390x; there are: linux/amd64, linux/arm64\n"), (code, errors));

        (code, output, errors) = Import($"{registry.Host}/team/app@{LabImage.DigestOf(armManifest)}");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(Expected($"{registry.Host}/team/app@{LabImage.DigestOf(armManifest)}", arm), Entries(output));

        (code, _, errors) = Import($"{registry.Host}/team/other:1");
        Assert.Equal(2, code);
        Assert.Equal($"{registry.Host}/team/other:1: the registry {registry.Host} has no such image (MANIFEST_UNKNOWN)\n", errors);
    }

    [Fact]
    public async Task Who_has_a_password_sees_the_image_and_what_it_is_stays_with_the_registry()
    {
        LabEnvironment.Require("docker-registry");
        await using LabRegistry registry = await LabRegistry.StartAsync(("reader", "s3cret"), Cancellation);
        LabImage image = await registry.PushImageAsync("team/app:1", 50_000);

        string right = Auth(registry.Host, "reader:s3cret"), wrong = Auth(registry.Host, "reader:wr0ng");
        (int code, string output, string errors) = Import($"{registry.Host}/team/app:1", "--auth-file", right);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(Expected(registry.Host + "/team/app:1", image), Entries(output));

        (code, output, errors) = Import($"{registry.Host}/team/app:1", "--auth-file", wrong);
        Assert.Equal((2, $"{registry.Host}/team/app:1: the registry {registry.Host} shows it to nobody like us (UNAUTHORIZED): what was given for it was tried\n"), (code, errors));
        (code, _, errors) = Import($"{registry.Host}/team/app:1", "--auth-file", Auth("elsewhere.example", "reader:s3cret"));
        Assert.Equal(2, code);
        Assert.Contains("no credentials for it were found", errors, StringComparison.Ordinal);
        foreach (string file in new[] { right, wrong })
        {
            File.Delete(file);
        }
    }

    private static (int Code, string Output, string Errors) Import(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string none = Path.GetTempFileName();
        File.WriteAllText(none, "{}");
        string[] auth = arguments.Contains("--auth-file") ? [] : ["--auth-file", none];
        int code = Kruise.Sim.Cli.CommandLine.Run(["import", .. arguments, "--plain-http", arguments[0].Split('/')[0], .. auth], output, errors);
        File.Delete(none);
        return (code, output.ToString(), errors.ToString());
    }

    private static string Auth(string host, string pair)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [host] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)) } } }));
        return file;
    }

    private static byte[] As(LabImage image, string index) => index == OciIndex ? image.Manifest : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(image.Manifest)
        .Replace(JsonEncodedText.Encode(LabImage.ManifestType).ToString(), JsonEncodedText.Encode(DockerManifest).ToString(), StringComparison.Ordinal)
        .Replace(JsonEncodedText.Encode("application/vnd.oci.image.config.v1+json").ToString(), JsonEncodedText.Encode("application/vnd.docker.container.image.v1+json").ToString(), StringComparison.Ordinal)
        .Replace(JsonEncodedText.Encode("application/vnd.oci.image.layer.v1.tar+gzip").ToString(), JsonEncodedText.Encode("application/vnd.docker.image.rootfs.diff.tar.gzip").ToString(), StringComparison.Ordinal));

    private static byte[] Index(string type, string manifestType, params (string Architecture, byte[] Manifest)[] manifests) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        mediaType = type,
        manifests = manifests.Select(m => new { mediaType = manifestType, digest = LabImage.DigestOf(m.Manifest), size = m.Manifest.Length, platform = new { os = "linux", architecture = m.Architecture } }),
    });

    private static IReadOnlyList<string> Expected(string name, LabImage image) =>
        [name, .. image.Layers.Select(layer => $"{layer.Length} {LabImage.DigestOf(layer)["sha256:".Length..][..16]}")];

    // Read as the scenario's own reader would: the sizes to the byte.
    private static IReadOnlyList<string> Entries(string output)
    {
        string folder = Directory.CreateTempSubdirectory("kruise-import-").FullName;
        try
        {
            string scenario = Path.Combine(folder, "s.yaml");
            File.WriteAllText(scenario,
                "apiVersion: sim.kruise.io/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  cluster: {nodePools: [{name: web, count: 1}]}\n  registries:\n  - name: r.example\n    images:\n"
                + string.Join('\n', output.Split('\n').Select(line => "    " + line)));
            Kruise.Sim.Scenarios.LoadResult loaded = Kruise.Sim.Scenarios.ScenarioLoader.Load(scenario, ["spec.registries[0].name=" + output.Split("- name: \"")[1].Split('/')[0]], null);
            Assert.True(loaded.Succeeded, string.Join('\n', loaded.Problems));
            Kruise.Sim.Scenarios.RegistryImageSpec image = Assert.Single(loaded.Variants[0].Scenario.Spec.Registries[0].Images);
            return [image.Name, .. image.Layers.Select(layer => $"{layer.Size.Bytes} {layer.Id}")];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

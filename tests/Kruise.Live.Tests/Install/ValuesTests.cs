using System.Text.Json.Nodes;
using Kruise.Live.Cli;
using Kruise.Live.Install.Values;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>Values from files and from <c>--set</c>.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData("manager:\n  replica: 3", "v.yaml:2:3: unknown value 'manager.replica': did you mean 'manager.replicas'?")]
    [InlineData("replicas: 3", "v.yaml:1:1: unknown value 'replicas': did you mean 'manager.replicas'?")]
    [InlineData("manager:\n  replicas: many", "v.yaml:2:13: manager.replicas must be a whole number from 0 to 100, not 'many'")]
    [InlineData("manager:\n  replicas: [3]", "v.yaml:2:13: manager.replicas must be a whole number from 0 to 100")]
    [InlineData("crds:\n  managed: yes", "v.yaml:2:12: crds.managed must be true or false, not 'yes'")]
    [InlineData("daemon: [1]", "v.yaml:1:9: daemon must be a map of log, image, port")]
    [InlineData("daemon:\n  affinity:\n    nodeAfinity: {}", "v.yaml:3:5: daemon.affinity has no 'nodeAfinity': did you mean 'nodeAffinity'?")]
    [InlineData("daemon:\n  socketLocation: 'run\"'", "v.yaml:2:19: daemon.socketLocation must be an absolute path")]
    [InlineData("featureGates: KruiseDaemn=false", "v.yaml:1:15: featureGates must be PodWebhook=true|false and KruiseDaemon=true|false")]
    [InlineData("webhookConfiguration:\n  failurePolicy:\n    pods: Maybe", "v.yaml:3:11: webhookConfiguration.failurePolicy.pods must be Ignore or Fail, not")]
    [InlineData("manager: {", "v.yaml:2:1: not YAML: ")]
    [InlineData("manager:\n  replicas: 1\n  replicas: 2", "v.yaml:3:3: not YAML: ")]
    [InlineData("a: 1\n---\nb: 1", "v.yaml:3:1: a values file is one document")]
    public void A_wrong_file_is_answered_with_its_place_and_what_is_allowed(string text, string problem)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => ValuesFile.Apply("v.yaml", text, InstallValues.Defaults()));

        Assert.StartsWith(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
    }

    [Fact]
    public void All_problems_of_a_file_are_told_at_once()
    {
        UserErrorException error = Assert.Throws<UserErrorException>(
            () => ValuesFile.Apply("v.yaml", "manager:\n  replicas: x\ndaemn: {}\n", InstallValues.Defaults()));

        Assert.Equal(2, error.Message.Split('\n').Length);
    }

    [Fact]
    public void Files_merge_maps_replace_the_rest_and_null_takes_a_key_out()
    {
        JsonObject values = InstallValues.Defaults();

        const string file = "manager:\n  image: {tag: 1.10}\n  resources: {limits: {cpu: 2, memory: null}}\n  tolerations: [{operator: Exists}]\ndaemon:\n";
        ValuesFile.Apply("v.yaml", file, values);

        JsonNode manager = values["manager"]!;
        Assert.Equal("1.10", manager["image"]!["tag"]!.GetValue<string>());
        Assert.Equal("""{"limits":{"cpu":2},"requests":{"cpu":"100m","memory":"256Mi"}}""", manager["resources"]!.ToJsonString());
        Assert.Equal("""[{"operator":"Exists"}]""", manager["tolerations"]!.ToJsonString());
        Assert.Equal(InstallValues.Defaults()["daemon"]!.ToJsonString(), values["daemon"]!.ToJsonString());
    }

    [Theory]
    [InlineData("manager.replicas=5", "manager.replicas", "5")]
    [InlineData("manager.image.tag=1.10", "manager.image.tag", "\"1.10\"")]
    [InlineData("crds.managed=false", "crds.managed", "false")]
    [InlineData("featureGates=KruiseDaemon=false", "featureGates", "\"KruiseDaemon=false\"")]
    [InlineData("daemon.affinity={\"nodeAffinity\":{\"a\":1}}", "daemon.affinity", """{"nodeAffinity":{"a":1}}""")]
    [InlineData("daemon.affinity={nodeAffinity: {a: [x, true, '1']}}", "daemon.affinity", """{"nodeAffinity":{"a":["x",true,"1"]}}""")]
    [InlineData("daemon.affinity.nodeAffinity.preferred[0].weight=7", "daemon.affinity", """{"nodeAffinity":{"preferred":[{"weight":7}]}}""")]
    [InlineData("manager.tolerations[0].key=a.b", "manager.tolerations", """[{"key":"a.b"}]""")]
    [InlineData("manager.nodeSelector.kubernetes\\.io/os=linux", "manager.nodeSelector", """{"kubernetes.io/os":"linux"}""")]
    [InlineData("manager.nodeSelector.spot=true", "manager.nodeSelector", """{"spot":"true"}""")]
    [InlineData("manager.resources.limits.cpu=200m", "manager.resources.limits", """{"cpu":"200m","memory":"256Mi"}""")]
    public void Set_reads_a_value_as_its_definition_says(string option, string path, string json)
    {
        JsonObject values = InstallValues.Defaults();

        SetOption.Apply(option, values);

        Assert.Equal(json, path.Split('.').Aggregate((JsonNode?)values, (node, name) => node?[name])!.ToJsonString());
    }

    [Theory]
    [InlineData("manager.replicas", "must be NAME=VALUE")]
    [InlineData("=3", "must be NAME=VALUE")]
    [InlineData("manager.replica=3", "did you mean 'manager.replicas'? Allowed under manager: log, replicas, image")]
    [InlineData("manager=3", "'manager' is a group of values: set one of log, replicas")]
    [InlineData("manager.replicas.x=3", "'manager.replicas' is a whole number from 0 to 100 and has no parts")]
    [InlineData("manager.replicas=1.5", "'manager.replicas' must be a whole number from 0 to 100, not '1.5'")]
    [InlineData("manager..replicas=1", "a name in the path is empty")]
    [InlineData("daemon.affinity=[1]", "'daemon.affinity' must be a map")]
    [InlineData("daemon.affinity={", "the value is neither JSON nor YAML")]
    [InlineData("daemon.affinity.podAfinity={}", "'daemon.affinity' has no 'podAfinity': did you mean 'podAffinity'?")]
    [InlineData("manager.tolerations[2].key=x", "'[2]' must be an index from [0] to [0]")]
    [InlineData("manager.tolerations.key=x", "'key' must be an index from [0] to [0]")]
    [InlineData("manager.resources.limits.cpu.x=1", "there is no 'x' in a value without parts")]
    public async Task A_bad_set_is_one_clear_line_and_exit_code_2(string option, string problem)
    {
        (int code, string output, string errors) = await KruiseCommand.RunAsync("install", "--offline", "--set", option);

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Empty(output);
        Assert.StartsWith($"kruise: --set {option}: ", errors, StringComparison.Ordinal);
        Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_small_file_that_unfolds_into_a_huge_tree_is_refused()
    {
        string bomb = "manager:\n  tolerations:\n  - &a [x,x,x,x,x,x,x,x,x,x]\n"
            + string.Concat("bcdefgh".Select(c => $"  - &{c} [{string.Join(',', Enumerable.Repeat("*" + (char)(c - 1), 10))}]\n"));

        UserErrorException error = Assert.Throws<UserErrorException>(() => ValuesFile.Apply("v.yaml", bomb, InstallValues.Defaults()));

        Assert.Contains("manager.tolerations is nested more than", error.Message, StringComparison.Ordinal);
    }
}

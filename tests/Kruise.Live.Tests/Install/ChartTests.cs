using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>The Helm chart gives the same objects as <c>kruise install</c>, by Go's own template engine with sprig, which is what Helm renders with.</summary>
public sealed class ChartTests : IDisposable
{
    private const string Go = "/usr/lib/go-1.19/bin/go";
    private const string GoPath = "/usr/share/gocode";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kruise-chart-");

    public static TheoryData<string> ValuesFiles => new(
        "",
        "featureGates: KruiseDaemon=false",
        "featureGates: PodWebhook=false,KruiseDaemon=true\ncrds: {managed: false}\ninstallation: {namespace: elsewhere, createNamespace: false}",
        """
        manager:
          log: {level: "5"}
          replicas: 3
          image: {repository: "registry.example:5000/team/kruise-manager", tag: "1.10"}
          webhook: {port: 9443}
          metrics: {port: 18080}
          healthProbe: {port: 18000}
          resources: {limits: {cpu: 2, memory: null}, requests: {cpu: 500m}}
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - {key: disk, operator: In, values: ["ssd", "1", "true", "a: b", "it's \"quoted\""]}
          nodeSelector: {kubernetes.io/os: linux, spot: "false"}
          tolerations:
          - {key: a, operator: Exists, effect: NoSchedule}
          - {key: b, value: "yes", tolerationSeconds: 30}
        webhookConfiguration: {timeoutSeconds: 5, failurePolicy: {pods: Fail}}
        daemon:
          log: {level: "2"}
          port: 20221
          socketLocation: /run/k3s
          maxWorkersForPullImage: 2
          affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchFields: []}}]}}
        """);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Renders_to_the_objects_of_kruise_install(string values)
    {
        LabEnvironment.SkipUnless(File.Exists(Go), $"needs {Go} (tests/lab/install.sh installs it)");
        foreach (string library in (string[])["github.com/Masterminds/sprig", "github.com/ghodss/yaml"])
        {
            LabEnvironment.SkipUnless(Directory.Exists($"{GoPath}/src/{library}"), $"needs Go's {library} in {GoPath} (tests/lab/install.sh installs it)");
        }

        string file = Path.Combine(_folder.FullName, "values.yaml");
        await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
        string program = Path.Combine(_folder.FullName, "render-chart");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GO111MODULE"] = "off", ["GOPATH"] = GoPath };
        string source = Repository.At("tests/lab/render-chart");
        (await Tool.RunAsync(Go, ["build", "-o", program, "."], TestContext.Current.CancellationToken, environment: environment, folder: source)).Succeeded();

        string chart = (await Tool.RunAsync(program, [Repository.At("deploy/helm/kruise"), file], TestContext.Current.CancellationToken)).Succeeded();

        ObjectSet.AssertSame(await KruiseCommand.PrintsAsync("install", "--offline", "--values", file), chart);
    }
}

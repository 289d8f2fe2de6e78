using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Live.Cluster;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>What a cache keeps of pods, and what that costs.</summary>
public sealed class TrimmedPodsTests(ITestOutputHelper output)
{
    private const int Pods = 10_000;

    [Fact]
    public void Ten_thousand_pods_cost_less_than_half_of_what_they_would_whole()
    {
        ResourceKind<V1Pod> kind = ResourceKind.Of<V1Pod>();
        long whole = Cost(kind.Read), trimmed = Cost(kind.ReadForCache);
        output.WriteLine($"{Pods} pods: {whole / 1e6:0.0} MB as they are sent, {trimmed / 1e6:0.0} MB in the cache");
        Assert.InRange(trimmed, 0, whole / 2);
    }

    [Fact]
    public void A_pod_that_another_controller_has_is_known_by_its_metadata_alone()
    {
        using JsonDocument document = JsonDocument.Parse(Json(1).Replace("apps.kruise.io/v1alpha1", "apps/v1", StringComparison.Ordinal));
        V1Pod pod = ResourceKind.Of<V1Pod>().ReadForCache(document.RootElement);
        Assert.Equal(("web-00001", "web"), (pod.Metadata.Name, pod.Metadata.Labels["app"]));
        Assert.Empty(pod.Spec.Containers);
        Assert.Null(pod.Status.Phase);
    }

    [Fact]
    public void A_pod_with_sidecars_is_kept_whoever_has_it_and_a_new_image_is_a_patch_of_the_image_alone()
    {
        string json = Json(1).Replace("apps.kruise.io/v1alpha1", "apps/v1", StringComparison.Ordinal)
            .Replace("\"annotations\":{", "\"annotations\":{\"kruise.io/sidecarset-hash\":\"{}\",", StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(json);
        V1Pod pod = ResourceKind.Of<V1Pod>().ReadForCache(document.RootElement);

        Assert.Equal([("main", "registry.example/team/app:1.2.3"), ("sidecar", "registry.example/team/log:4.5.6")], pod.Spec.Containers.Select(c => (c.Name, c.Image)));
        Assert.Equal(2, pod.Status.ContainerStatuses.Count(status => status is { ImageID.Length: > 0, Image.Length: > 0, Ready: true }));
        Assert.Equal(("Running", 5), (pod.Status.Phase, pod.Status.Conditions.Count));

        V1Pod upgraded = pod with { Spec = pod.Spec with { Containers = [pod.Spec.Containers[0], pod.Spec.Containers[1] with { Image = "log:5" }] } };
        JsonNode patch = ObjectPatch.Of(pod, upgraded, ofStatus: false);
        Assert.Equal("""{"containers":[{"image":"log:5","name":"sidecar"}]}""", patch["spec"]!.ToJsonString());
        Assert.Equal(["uid", "resourceVersion"], patch["metadata"]!.AsObject().Select(member => member.Key));
    }

    private static long Cost(Func<JsonElement, V1Pod> read)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var pods = new V1Pod[Pods];
        for (int i = 0; i < Pods; i++)
        {
            using JsonDocument document = JsonDocument.Parse(Json(i));
            pods[i] = read(document.RootElement);
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(pods);
        return after - before;
    }

    // A pod of two containers as kube-apiserver 1.20 sends it, managed fields included.
    private static string Json(int i) => Pod
        .Replace("CONTAINERS", Container("main", "app:1.2.3") + "," + Container("sidecar", "log:4.5.6"), StringComparison.Ordinal)
        .Replace("STATUSES", Status("main", "app:1.2.3") + "," + Status("sidecar", "log:4.5.6"), StringComparison.Ordinal)
        .Replace(
            "CONDITIONS",
            string.Join(',', new[] { "InPlaceUpdateReady", "Initialized", "Ready", "ContainersReady", "PodScheduled" }.Select(type => Condition.Replace("TYPE", type))),
            StringComparison.Ordinal)
        .Replace("NUMBER", i.ToString("D5"), StringComparison.Ordinal)
        .Replace("REVISION", (i + 1).ToString(), StringComparison.Ordinal)
        .Replace("NODE", (i % 100).ToString(), StringComparison.Ordinal);

    private static string Container(string name, string image) =>
        OneContainer.Replace("NAME", name, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal);

    private static string Status(string name, string image) => OneStatus.Replace("NAME", name, StringComparison.Ordinal)
        .Replace("IMAGE", image, StringComparison.Ordinal).Replace("REPOSITORY", image.Split(':')[0], StringComparison.Ordinal);

    private const string Pod =
        """
        {"metadata":{"name":"web-NUMBER","generateName":"web-","namespace":"default","uid":"0a0a0a0a-0000-0000-0000-0000000NUMBER","resourceVersion":"REVISION",
          "creationTimestamp":"2026-05-01T12:00:00Z",
          "labels":{"app":"web","controller-revision-hash":"web-5d9c7b","apps.kruise.io/cloneset-instance-id":"NUMBER",
            "lifecycle.apps.kruise.io/state":"Normal"},
          "annotations":{"lifecycle.apps.kruise.io/timestamp":"2026-05-01T12:00:00Z"},
          "ownerReferences":[{"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","name":"web","uid":"1b1b1b1b-0000-0000-0000-000000000000",
            "controller":true,"blockOwnerDeletion":true}],
          "managedFields":[{"manager":"kruise","operation":"Update","apiVersion":"v1","time":"2026-05-01T12:00:00Z","fieldsType":"FieldsV1",
            "fieldsV1":{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:main":{".":{},
              "f:env":{".":{},"k:A":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:name":{},"f:resources":{".":{},"f:requests":{"f:cpu":{}}}}}}}}]},
        "spec":{"volumes":[{"name":"conf","configMap":{"name":"web-conf","defaultMode":420}},
            {"name":"default-token-abcde","secret":{"secretName":"default-token-abcde","defaultMode":420}}],
          "containers":[CONTAINERS],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default",
          "serviceAccount":"default","nodeName":"node-NODE","securityContext":{},"schedulerName":"default-scheduler",
          "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},
            {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
          "priority":0,"enableServiceLinks":true,"readinessGates":[{"conditionType":"InPlaceUpdateReady"}],"preemptionPolicy":"PreemptLowerPriority"},
        "status":{"phase":"Running","conditions":[CONDITIONS],"hostIP":"10.0.0.1","podIP":"10.1.0.NODE","podIPs":[{"ip":"10.1.0.NODE"}],
          "startTime":"2026-05-01T12:00:00Z","containerStatuses":[STATUSES],"qosClass":"Burstable"}}
        """;

    private const string OneContainer =
        """
        {"name":"NAME","image":"registry.example/team/IMAGE","args":["--port=8080","--log=json"],
          "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
          "env":[{"name":"A","value":"1"},{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},
            {"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],
          "resources":{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},
          "volumeMounts":[{"name":"conf","mountPath":"/etc/app"},
            {"name":"default-token-abcde","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],
          "livenessProbe":{"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"failureThreshold":3},
          "readinessProbe":{"httpGet":{"path":"/readyz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"failureThreshold":3},
          "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}
        """;

    private const string OneStatus =
        """
        {"name":"NAME","state":{"running":{"startedAt":"2026-05-01T12:00:00Z"}},"lastState":{},"ready":true,"restartCount":0,
          "image":"registry.example/team/IMAGE",
          "imageID":"registry.example/team/REPOSITORY@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "containerID":"containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","started":true}
        """;

    private const string Condition = """{"type":"TYPE","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-05-01T12:00:00Z"}""";
}

using System.Collections.Frozen;

namespace Kruise.Core.SidecarSets;

/// <summary>One field of a Go struct as <c>encoding/json</c> writes it.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Zero">What is written when it is absent or zero; null when nothing is.</param>
/// <param name="IsPointer">Whether a zero that was given is written: it is then not the same as nothing.</param>
/// <param name="Type">The struct that it is or that its items are; null for anything else.</param>
internal sealed record GoField(string Name, string? Zero, bool IsPointer, string? Type);

/// <summary>
/// The fields of containers in the order in which Go's types of Kubernetes 1.16 declare them (k8s.io/api v0.16.6, which v0.8.0 was built with), and those of
/// SidecarContainer. A field is <c>name</c> when it is left out at its zero, <c>name?</c> when it is a pointer, so that a zero that was given is kept,
/// <c>name=zero</c> when it is always written; <c>:Type</c> follows where it holds structs.
/// </summary>
internal static class GoFields
{
    private static readonly FrozenDictionary<string, GoField[]> _types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SidecarContainer"] = "name=\"\" image command args workingDir ports:ContainerPort envFrom:EnvFrom env:EnvVar resources={}:Resources volumeMounts:VolumeMount "
            + "volumeDevices:VolumeDevice livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle terminationMessagePath "
            + "terminationMessagePolicy imagePullPolicy securityContext:SecurityContext stdin stdinOnce tty podInjectPolicy upgradeStrategy={}:Upgrade "
            + "shareVolumePolicy={}:ShareVolume transferEnv:TransferEnv",
        ["ContainerPort"] = "name hostPort containerPort=0 protocol hostIP",
        ["EnvFrom"] = "prefix configMapRef:OptionalRef secretRef:OptionalRef",
        ["OptionalRef"] = "name optional?",
        ["EnvVar"] = "name=\"\" value valueFrom:EnvVarSource",
        ["EnvVarSource"] = "fieldRef:FieldRef resourceFieldRef:ResourceFieldRef configMapKeyRef:KeyRef secretKeyRef:KeyRef",
        ["FieldRef"] = "apiVersion fieldPath=\"\"",
        ["ResourceFieldRef"] = "containerName resource=\"\" divisor=\"0\"",
        ["KeyRef"] = "name key=\"\" optional?",
        ["Resources"] = "limits requests",
        ["VolumeMount"] = "name=\"\" readOnly mountPath=\"\" subPath mountPropagation? subPathExpr",
        ["VolumeDevice"] = "name=\"\" devicePath=\"\"",
        ["Probe"] = "exec:Exec httpGet:HttpGet tcpSocket:TcpSocket initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold",
        ["Handler"] = "exec:Exec httpGet:HttpGet tcpSocket:TcpSocket",
        ["Exec"] = "command",
        ["HttpGet"] = "path port=0 host scheme httpHeaders:HttpHeader",
        ["HttpHeader"] = "name=\"\" value=\"\"",
        ["TcpSocket"] = "port=0 host",
        ["Lifecycle"] = "postStart:Handler preStop:Handler",
        ["SecurityContext"] = "capabilities:Capabilities privileged? seLinuxOptions:SeLinux windowsOptions:Windows runAsUser? runAsGroup? runAsNonRoot? "
            + "readOnlyRootFilesystem? allowPrivilegeEscalation? procMount?",
        ["Capabilities"] = "add drop",
        ["SeLinux"] = "user role type level",
        ["Windows"] = "gmsaCredentialSpecName? gmsaCredentialSpec? runAsUserName?",
        ["Upgrade"] = "upgradeType",
        ["ShareVolume"] = "type",
        ["TransferEnv"] = "sourceContainerName envName",
    }.ToFrozenDictionary(type => type.Key, type => type.Value.Split(' ').Select(Parse).ToArray(), StringComparer.Ordinal);

    /// <summary>The fields of a struct, in order.</summary>
    public static GoField[] Of(string type) => _types[type];

    /// <summary>Every struct that there is.</summary>
    public static IEnumerable<string> Types => _types.Keys.Order(StringComparer.Ordinal);

    private static GoField Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string? type = colon < 0 ? null : text[(colon + 1)..];
        string declared = colon < 0 ? text : text[..colon];
        int equals = declared.IndexOf('=', StringComparison.Ordinal);
        return new GoField(
            equals < 0 ? declared.TrimEnd('?') : declared[..equals], equals < 0 ? null : declared[(equals + 1)..], declared.EndsWith('?'), type);
    }
}

using System.Text;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Core.SidecarSets;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Injection;

namespace Kruise.Manifests;

/// <summary>The chart's template of the two webhook configurations: a webhook for each step of Core's pipeline.</summary>
internal static class WebhookManifests
{
    public static string Template()
    {
        var text = new StringBuilder(
            """
            # Made by eng/Kruise.Manifests from the steps of admission in Kruise.Core: do not edit.
            # No caBundle: the manager makes the CA and injects it, and applying this again leaves the injected one alone.
            # The scope is what the API server puts there anyway: kubectl compares the rules as a whole, and says "unchanged" only when nothing of them is missing.

            """);
        Write(text, "MutatingWebhookConfiguration", WebhookConfigurations.Mutating, isMutating: true);
        text.Append("---\n");
        Write(text, "ValidatingWebhookConfiguration", WebhookConfigurations.Validating, isMutating: false);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string kind, string name, bool isMutating)
    {
        text.Append(
            $"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: {kind}
            metadata:
              name: {name}
              labels:
                app.kubernetes.io/part-of: kruise-dotnet
            webhooks:

            """);
        foreach (AdmissionStep step in KruiseAdmission.Steps.Where(step => step.IsMutating == isMutating))
        {
            string? gate = GateOf(step);
            text.Append(gate is null ? "" : $"  {{{{- if not (contains \"{gate}=false\" .Values.featureGates) }}}}\n");
            Write(text, step);
            text.Append(gate is null ? "" : "  {{- end }}\n");
        }
    }

    private static void Write(StringBuilder text, AdmissionStep step)
    {
        var kind = ResourceKind.Of(step.ModelType);
        string version = kind.ApiVersion[(kind.ApiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string policy = step.IsForPods ? "{{ .Values.webhookConfiguration.failurePolicy.pods }}" : "Fail";

        // A pod's webhook may record an event about its sets.
        string sideEffects = step.IsForPods ? "NoneOnDryRun" : "None";
        string selector = step.LeavesControlPlaneOut
            ? $"    namespaceSelector:\n      matchExpressions:\n        - key: {SidecarSetKeys.ControlPlane}\n          operator: DoesNotExist\n"
            : "";
        text.Append(
            $$$"""
              - name: {{{step.Webhook}}}
                admissionReviewVersions: [v1]
                sideEffects: {{{sideEffects}}}
                failurePolicy: {{{policy}}}
                timeoutSeconds: {{ .Values.webhookConfiguration.timeoutSeconds }}
            {{{selector}}}    clientConfig:
                  service:
                    name: kruise-webhook-service
                    namespace: "{{ .Values.installation.namespace }}"
                    path: {{{step.Path}}}
                rules:
                  - apiGroups: [{{{(kind.Group.Length == 0 ? "\"\"" : kind.Group)}}}]
                    apiVersions: [{{{version}}}]
                    operations: [{{{(step.OnUpdate ? "CREATE, UPDATE" : "CREATE")}}}]
                    resources: [{{{kind.Plural}}}]
                    scope: "*"

            """);
    }

    // The gate that takes a step away; null for one that is always there.
    private static string? GateOf(AdmissionStep step) =>
        !step.IsServed(FeatureGates.Default with { PodWebhook = false }) ? nameof(FeatureGates.PodWebhook)
        : !step.IsServed(FeatureGates.Default with { KruiseDaemon = false }) ? nameof(FeatureGates.KruiseDaemon)
        : null;
}

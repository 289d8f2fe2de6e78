using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>What is answered to one admission request.</summary>
/// <param name="Allowed">Whether the write may go on.</param>
/// <param name="HttpCode">The code that the API server gives to the client when it may not.</param>
/// <param name="Message">Why not.</param>
internal sealed record AdmissionAnswer(bool Allowed, int HttpCode, string Message)
{
    public static AdmissionAnswer Fine { get; } = new(true, 200, "");

    /// <summary>The problems field by field, for clients that show them so.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>The object that is refused; null when it could not be read. Clients name it in what they print.</summary>
    public IKubernetesObject<V1ObjectMeta>? Refused { get; init; }

    /// <summary>JSON patch of what the step changed, UTF-8; empty when it changed nothing.</summary>
    public ReadOnlyMemory<byte> Patch { get; init; }

    public static AdmissionAnswer Refuse(int httpCode, string message) => new(false, httpCode, message);

    public static AdmissionAnswer Of(AdmissionVerdict verdict) =>
        verdict.Allowed ? Fine : new AdmissionAnswer(false, verdict.HttpCode, verdict.Message) { Errors = verdict.Errors, Refused = verdict.Object };

    /// <summary>Writes the AdmissionReview (v1) that answers the request with this uid.</summary>
    public void Write(Utf8JsonWriter writer, string uid)
    {
        writer.WriteStartObject();
        writer.WriteString("apiVersion", AdmissionReview.ApiVersion);
        writer.WriteString("kind", AdmissionReview.Kind);
        writer.WriteStartObject("response");
        writer.WriteString("uid", uid);
        writer.WriteBoolean("allowed", Allowed);
        if (!Allowed)
        {
            WriteStatus(writer);
        }
        else if (!Patch.IsEmpty)
        {
            writer.WriteString("patchType", "JSONPatch");
            writer.WriteBase64String("patch", Patch.Span);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteStatus(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("status");
        writer.WriteString("status", "Failure");
        writer.WriteNumber("code", HttpCode);
        writer.WriteString("reason", HttpCode switch { 403 => "Forbidden", 422 => "Invalid", _ => "BadRequest" });
        writer.WriteString("message", Message);
        if (Errors.Count > 0)
        {
            writer.WriteStartObject("details");
            WriteName(writer);
            writer.WriteStartArray("causes");
            foreach (FieldError error in Errors)
            {
                writer.WriteStartObject();
                writer.WriteString("reason", error.Value.Length == 0 ? "FieldValueRequired" : "FieldValueInvalid");
                writer.WriteString("field", error.Field);
                writer.WriteString("message", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteName(Utf8JsonWriter writer)
    {
        if (Refused is { } refused)
        {
            string name = refused.Metadata.Name ?? refused.Metadata.GenerateName ?? "";
            writer.WriteString("name", name);
            writer.WriteString("group", ResourceKind.Of(refused.GetType()).Group);
            writer.WriteString("kind", ResourceKind.Of(refused.GetType()).Kind);
        }
    }
}

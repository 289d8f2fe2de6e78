using System.Text.Json;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>The request in an AdmissionReview (v1), as far as it is looked at.</summary>
internal sealed class AdmissionReview
{
    public const string ApiVersion = "admission.k8s.io/v1";
    public const string Kind = "AdmissionReview";

    private AdmissionReview(string uid, JsonElement request)
    {
        Uid = uid;
        Operation = Text(request, "operation") ?? "";
        SubResource = Text(request, "subResource") ?? "";
        Namespace = Text(request, "namespace") ?? "";
        IsDryRun = Member(request, "dryRun").ValueKind == JsonValueKind.True;
        Object = Member(request, "object");
        OldObject = Member(request, "oldObject");
    }

    public string Uid { get; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public string Operation { get; }

    /// <summary>Empty for the object itself.</summary>
    public string SubResource { get; }

    /// <summary>The namespace that the request is made in; empty for what belongs to none.</summary>
    public string Namespace { get; }

    /// <summary>Whether nothing is stored, so that nothing may be recorded either.</summary>
    public bool IsDryRun { get; }

    /// <summary>The object as it would be stored; undefined when there is none.</summary>
    public JsonElement Object { get; }

    /// <summary>The object as it is stored; undefined when there is none.</summary>
    public JsonElement OldObject { get; }

    /// <summary>Reads a review; null with the problem when it is none that can be answered.</summary>
    public static AdmissionReview? TryRead(JsonElement review, out string problem)
    {
        if (review.ValueKind != JsonValueKind.Object || Text(review, "kind") != Kind || Text(review, "apiVersion") is not { } version)
        {
            problem = $"the body is not an {Kind}";
            return null;
        }

        if (version != ApiVersion)
        {
            problem = $"the {Kind} has apiVersion {version}; only {ApiVersion} is answered (admissionReviewVersions: [v1] in the webhook configuration)";
            return null;
        }

        JsonElement request = Member(review, "request");
        if (request.ValueKind != JsonValueKind.Object || Text(request, "uid") is not { Length: > 0 } uid)
        {
            problem = $"the {Kind} has no request with a uid";
            return null;
        }

        problem = "";
        return new AdmissionReview(uid, request);
    }

    private static JsonElement Member(JsonElement obj, string name) => obj.TryGetProperty(name, out JsonElement member) ? member : default;

    private static string? Text(JsonElement obj, string name) => Member(obj, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

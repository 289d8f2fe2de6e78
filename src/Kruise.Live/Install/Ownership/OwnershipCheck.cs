using System.Text.Json.Nodes;

namespace Kruise.Live.Install.Ownership;

/// <summary>An object that an installation would write over, as the cluster has it.</summary>
/// <param name="What">For people: "CRD", "webhook configuration".</param>
/// <param name="Name">Its name.</param>
/// <param name="Existing">Null where the cluster has none.</param>
internal sealed record OwnedObject(string What, string Name, JsonNode? Existing);

/// <summary>
/// Finds what belongs to another OpenKruise. Ours carry the label <see cref="Label"/>. It is not <c>managed-by</c>, which Helm sets to its own name on all
/// that it installs, whoever's chart it is.
/// </summary>
internal static class OwnershipCheck
{
    public const string Label = "app.kubernetes.io/part-of";

    public const string Ours = "kruise-dotnet";

    /// <summary>One line for each object that is not ours, in the order given; empty when nothing stands in the way.</summary>
    public static IReadOnlyList<string> Problems(IEnumerable<OwnedObject> objects) =>
        objects
            .Where(item => item.Existing is { } existing && Text(existing, "metadata", "labels", Label) != Ours)
            .Select(item => $"{item.What} {item.Name} belongs to another OpenKruise ({Owner(item.Existing!)})")
            .ToList();

    private static string Owner(JsonNode existing)
    {
        if (Text(existing, "metadata", "annotations", "meta.helm.sh/release-name") is { } release)
        {
            string? ns = Text(existing, "metadata", "annotations", "meta.helm.sh/release-namespace");
            return $"Helm release {release}" + (ns is null ? "" : $" in namespace {ns}");
        }

        // The one that wrote the object as a whole comes first; those that came later wrote parts of it, such as a CA.
        IEnumerable<string> managers = Child(existing, "metadata", "managedFields") is JsonArray fields
            ? fields.Where(field => Text(field, "subresource") is null or "").Select(field => Text(field, "manager")).OfType<string>()
            : [];
        string written = string.Join(", ", managers.Distinct(StringComparer.Ordinal).Take(3));
        string? label = Text(existing, "metadata", "labels", Label) ?? Text(existing, "metadata", "labels", "app.kubernetes.io/managed-by");
        return (label, written) switch
        {
            (not null, _) => $"labelled {label}",
            (null, "") => "it does not say whose",
            _ => $"written by {written}",
        };
    }

    private static JsonNode? Child(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    private static string? Text(JsonNode? node, params ReadOnlySpan<string> path) =>
        Child(node, path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

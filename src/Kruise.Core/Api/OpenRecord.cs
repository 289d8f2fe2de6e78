using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kruise.Core.Api;

/// <summary>
/// A part of an API object that keeps the fields it does not know: a newer API may have more of them, and an update that replaces the object
/// must not lose them. They travel with the part wherever <c>with</c> copies it.
/// </summary>
/// <remarks>
/// JSON readers generated at build time set what is <c>init</c> only and absent to null, whatever its initializer says: parts that are never null put that
/// right in <c>init</c>, for an absent member and for one that is null.
/// </remarks>
public abstract record OpenRecord
{
    /// <summary>The fields that were read and are not known here; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? Unknown { get; set; }
}

/// <summary>Fields as they were read, by name; equal when their JSON is.</summary>
public sealed class UnknownFields : Dictionary<string, JsonElement>, IEquatable<UnknownFields>
{
    /// <summary>No fields yet.</summary>
    public UnknownFields()
        : base(StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public bool Equals(UnknownFields? other)
    {
        if (other is null || Count != other.Count)
        {
            return false;
        }

        foreach ((string name, JsonElement value) in this)
        {
            if (!other.TryGetValue(name, out JsonElement theirs) || !JsonElement.DeepEquals(value, theirs))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnknownFields);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;
}

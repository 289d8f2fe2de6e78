namespace Kruise.Core.Api;

/// <summary>An empty text in an API object is an absent one.</summary>
internal static class Text
{
    public static string Or(string? text, string fallback) => string.IsNullOrEmpty(text) ? fallback : text;
}

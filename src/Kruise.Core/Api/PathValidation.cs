namespace Kruise.Core.Api;

/// <summary>Paths that must not lead out of where they belong.</summary>
internal static class PathValidation
{
    /// <summary>A path that may be absent, and otherwise stays within what it is relative to.</summary>
    public static void Within(string? path, string field, string where, Problems problems)
    {
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        if (path.StartsWith('/'))
        {
            problems.Invalid(field, path, $"must be a path within {where}, without '/' at its beginning");
        }
        else
        {
            NoStepsBack(path, field, problems);
        }
    }

    /// <summary>A path without the component <c>..</c>.</summary>
    public static void NoStepsBack(string path, string field, Problems problems)
    {
        if (path.Split('/').Contains(".."))
        {
            problems.Invalid(field, path, "must not contain '..'");
        }
    }
}

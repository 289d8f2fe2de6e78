namespace Kruise.Live.Install.Values;

/// <summary>Words about the names of values.</summary>
internal static class ValuePaths
{
    public static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

    /// <summary>The names in a group.</summary>
    public static string Allowed(ValueGroup group) => string.Join(", ", group.Entries.Select(entry => entry.Name));

    /// <summary>Says that a group has no such name, with the nearest one and all that are allowed.</summary>
    public static string Unknown(ValueGroup group, string path, string name)
    {
        string? nearest = NearestName.Of(name, group.Entries.Select(entry => entry.Name)) ?? Elsewhere(InstallValues.Root, "", name);
        string full = nearest is null || nearest.Contains('.', StringComparison.Ordinal) ? nearest ?? "" : Join(path, nearest);
        return $"unknown value '{Join(path, name)}'"
            + (nearest is null ? "" : $": did you mean '{full}'?")
            + $" Allowed{(path.Length == 0 ? "" : " under " + path)}: {Allowed(group)}";
    }

    // Someone who writes "replicas" at the top means "manager.replicas".
    private static string? Elsewhere(ValueGroup group, string path, string name)
    {
        foreach (ValueEntry entry in group.Entries)
        {
            string full = Join(path, entry.Name);
            if (path.Length > 0 && entry.Name == name)
            {
                return full;
            }

            if (entry is ValueGroup inner && Elsewhere(inner, full, name) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}

namespace Kruise.Live.Install.Values;

/// <summary>A name in the values: a group of others, or a field that holds a value.</summary>
/// <param name="Name">As files write it.</param>
/// <param name="Description">What it is for, in one sentence or two.</param>
internal abstract record ValueEntry(string Name, string Description);

/// <summary>Values that belong together.</summary>
internal sealed record ValueGroup(string Name, string Description, IReadOnlyList<ValueEntry> Entries) : ValueEntry(Name, Description)
{
    public ValueEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);
}

/// <summary>One value.</summary>
/// <param name="Name">As files write it.</param>
/// <param name="Description">What it is for, in one sentence or two.</param>
/// <param name="Kind">What may be written.</param>
/// <param name="Default">As JSON.</param>
internal sealed record ValueField(string Name, string Description, ValueKind Kind, string Default) : ValueEntry(Name, Description)
{
    public int Minimum { get; init; }

    public int Maximum { get; init; } = int.MaxValue;

    /// <summary>What a text must match in whole. The templates put texts between quotes: no pattern lets a quote or a backslash through.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>What <see cref="Pattern"/> means, for people.</summary>
    public string Allowed { get; init; } = "";

    /// <summary>The words of a choice, or the keys that a map may have; any key when empty.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}

/// <summary>What a value is.</summary>
internal enum ValueKind
{
    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A whole number within bounds.</summary>
    Count,

    /// <summary>A text that matches a pattern; taken as written, so that <c>1.10</c> is not 1.1.</summary>
    Text,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A part of a Kubernetes object, handed through.</summary>
    Map,

    /// <summary>A map of texts, such as a node selector.</summary>
    TextMap,

    /// <summary>A list of parts of a Kubernetes object, handed through.</summary>
    List,
}

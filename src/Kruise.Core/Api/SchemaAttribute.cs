namespace Kruise.Core.Api;

/// <summary>What a field's schema in the CRD says beyond its type. The API server holds it against every object before anything of ours sees it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaAttribute : Attribute
{
    /// <summary>Whether an object without the field is refused.</summary>
    public bool Required { get; set; }

    /// <summary>The smallest number.</summary>
    public long Minimum { get; set; } = long.MinValue;

    /// <summary>The largest number.</summary>
    public long Maximum { get; set; } = long.MaxValue;

    /// <summary>What a text must match.</summary>
    public string? Pattern { get; set; }

    /// <summary>The only values of a text.</summary>
    public string[]? Values { get; set; }

    /// <summary>The shortest text.</summary>
    public int MinLength { get; set; }

    /// <summary>The most entries of a map.</summary>
    public int MaxCount { get; set; } = int.MaxValue;
}

namespace Kruise.Core.Selectors;

/// <summary>The operators of label selector requirements.</summary>
public static class LabelSelectorOperator
{
    /// <summary>The label exists and its value is one of those listed.</summary>
    public const string In = "In";

    /// <summary>The label is absent or its value is none of those listed.</summary>
    public const string NotIn = "NotIn";

    /// <summary>The label exists.</summary>
    public const string Exists = "Exists";

    /// <summary>The label is absent.</summary>
    public const string DoesNotExist = "DoesNotExist";
}

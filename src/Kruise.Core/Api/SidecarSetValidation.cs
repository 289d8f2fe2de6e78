using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>The rules of a <see cref="SidecarSet"/> with its defaults (inventory §8.3).</summary>
public static class SidecarSetValidation
{
    /// <summary>Every problem, in order of the fields.</summary>
    /// <param name="old">The stored set, for an update.</param>
    /// <param name="set">The set.</param>
    /// <param name="others">All sets there are; the set itself among them is left out by its name.</param>
    public static IReadOnlyList<FieldError> Validate(SidecarSet? old, SidecarSet set, IReadOnlyList<SidecarSet> others)
    {
        var problems = new Problems();
        if (!LabelSelectorValidation.IsUsable(set.Spec.Selector))
        {
            problems.Required("spec.selector", "must select pods by labels");
        }

        return problems.Errors;
    }
}

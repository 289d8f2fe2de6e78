using System.Text.Json;
using k8s.Models;
using Kruise.Core.Revisions;
using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>The rules of a <see cref="SidecarSet"/> with its defaults (inventory §8.3).</summary>
public static class SidecarSetValidation
{
    private const int MaxNameLength = 63;

    /// <summary>Every problem; empty when it is fine.</summary>
    /// <remarks>
    /// A change that leaves the spec as it is passes whatever the rest says, as does every change of a set that is being deleted: it may have been stored under
    /// other rules, or beside a set that came at the same moment, and could not be labelled or let go of otherwise.
    /// </remarks>
    /// <param name="old">The stored set, for an update.</param>
    /// <param name="set">The set.</param>
    /// <param name="others">All sets there are; the set itself among them is left out by its name.</param>
    public static IReadOnlyList<FieldError> Validate(SidecarSet? old, SidecarSet set, IReadOnlyList<SidecarSet> others)
    {
        if (set.Metadata.DeletionTimestamp is not null || (old is not null && IsSame(old.Spec, set.Spec)))
        {
            return [];
        }

        var problems = new Problems();
        SidecarSetSpec spec = set.Spec;
        ValidateName(set.Metadata, problems);
        ValidateSelector(spec.Selector, problems);
        ValidateNamespace(spec.Namespace, problems);
        ValidateStrategy(spec.UpdateStrategy, "spec.updateStrategy", problems);
        SidecarContainerValidation.Validate(spec, problems);
        ValidateUpgradeTypes(old?.Spec.Containers, spec.Containers, "spec.containers", problems);
        ValidateUpgradeTypes(old?.Spec.InitContainers, spec.InitContainers, "spec.initContainers", problems);
        SidecarSetConflicts.Validate(set, others, problems);
        return problems.Errors;
    }

    private static bool IsSame(SidecarSetSpec left, SidecarSetSpec right) =>
        ReferenceEquals(left, right)
        || JsonElement.DeepEquals(
            JsonSerializer.SerializeToElement(left, CoreJson.Default.SidecarSetSpec), JsonSerializer.SerializeToElement(right, CoreJson.Default.SidecarSetSpec));

    private static void ValidateName(V1ObjectMeta metadata, Problems problems)
    {
        const string allowed = "must be at most 63 letters, digits and '-'";
        bool isGenerated = string.IsNullOrEmpty(metadata.Name) && !string.IsNullOrEmpty(metadata.GenerateName);
        string field = isGenerated ? "metadata.generateName" : "metadata.name";
        string name = (isGenerated ? metadata.GenerateName : metadata.Name) ?? "";
        if (name.Length == 0)
        {
            problems.Required(field, allowed);
        }
        else if (name.Length > MaxNameLength || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            problems.Invalid(field, name, allowed);
        }
    }

    private static void ValidateSelector(V1LabelSelector? selector, Problems problems)
    {
        if (selector is null)
        {
            problems.Required("spec.selector", "must select pods by their labels");
            return;
        }

        LabelSelectorValidation.ValidateSome(selector, "spec.selector", "it would select every pod", problems);
    }

    // There is no namespace of another name, and the set would do nothing without a word.
    private static void ValidateNamespace(string? name, Problems problems)
    {
        if (!string.IsNullOrEmpty(name) && !Names.IsDnsLabel(name))
        {
            problems.Invalid(
                "spec.namespace", name, "must be the name of a namespace: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit");
        }
    }

    // A set that does not update may have anything else in its strategy, as in v0.8.0.
    private static void ValidateStrategy(SidecarSetUpdateStrategy strategy, string field, Problems problems)
    {
        problems.OneOf(field + ".type", strategy.Type, SidecarSetUpdateStrategy.RollingUpdate, SidecarSetUpdateStrategy.NotUpdate);
        if (strategy.Type != SidecarSetUpdateStrategy.RollingUpdate)
        {
            return;
        }

        if (strategy.Selector is { } selector)
        {
            LabelSelectorValidation.ValidateSome(selector, field + ".selector", "leave it out to update all pods", problems);
        }

        const string amount = "must be a whole number of pods >= 0 or a percentage of the pods that match such as 20%";
        UpdateStrategyValidation.Amount(strategy.Partition, 0, field + ".partition", amount, problems);
        UpdateStrategyValidation.Amount(strategy.MaxUnavailable, 0, field + ".maxUnavailable", amount, problems);
        UpdateStrategyValidation.ValidateScatter(strategy.ScatterStrategy, field + ".scatterStrategy", problems);
    }

    private static void ValidateUpgradeTypes(IReadOnlyList<SidecarContainer>? old, IReadOnlyList<SidecarContainer>? containers, string list, Problems problems)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            SidecarContainer container = containers![i];
            string type = container.UpgradeStrategy?.UpgradeType ?? "";
            string? before = old?.FirstOrDefault(other => other.Name == container.Name)?.UpgradeStrategy?.UpgradeType;
            string field = $"{list}[{i}].upgradeStrategy.upgradeType";
            if (!string.IsNullOrEmpty(before) && before != type)
            {
                problems.Invalid(field, type, $"cannot be changed: it is {before} for container {container.Name}");
            }
            else if (before != type)
            {
                problems.OneOf(field, type, SidecarUpgradeStrategy.ColdUpgrade);
            }
        }
    }
}

using k8s.Models;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;

namespace Kruise.Core.Api;

/// <summary>How a <see cref="CloneSet"/> may bring its pods to a new template.</summary>
internal static class UpdateStrategyValidation
{
    private const int MaxWeight = 100;
    private const string OfReplicas = "must be a whole number of pods >= 0 or a percentage of replicas such as 20%";

    public static void Validate(CloneSetUpdateStrategy strategy, int replicas, string field, Problems problems)
    {
        if (string.IsNullOrEmpty(strategy.Type))
        {
            problems.Required(field + ".type", "must be ReCreate, InPlaceIfPossible or InPlaceOnly");
        }

        problems.OneOf(
            field + ".type", strategy.Type, CloneSetUpdateStrategy.ReCreate, CloneSetUpdateStrategy.InPlaceIfPossible, CloneSetUpdateStrategy.InPlaceOnly);
        Amount(strategy.Partition, replicas, field + ".partition", OfReplicas, problems);
        if (strategy.PriorityStrategy is { } priority)
        {
            ValidatePriority(priority, field + ".priorityStrategy", problems);
        }

        ValidateScatter(strategy.ScatterStrategy, field + ".scatterStrategy", problems);
        int? unavailable = Amount(strategy.MaxUnavailable, replicas, field + ".maxUnavailable", OfReplicas, problems);
        int? surge = Amount(strategy.MaxSurge, replicas, field + ".maxSurge", OfReplicas, problems);
        if (strategy.Type == CloneSetUpdateStrategy.InPlaceOnly && surge > 0)
        {
            problems.Invalid(field + ".maxSurge", strategy.MaxSurge!.ToString(), "must be 0 when type is InPlaceOnly: no pods are made for an update");
        }

        if (replicas > 0 && unavailable < 1 && surge < 1)
        {
            problems.Invalid(
                field + ".maxUnavailable",
                strategy.MaxUnavailable?.ToString() ?? "0",
                $"must be at least one pod when maxSurge is none: of {Problems.Number(replicas)} replicas no pod could be updated");
        }

        problems.AtLeast(field + ".inPlaceUpdateStrategy.gracePeriodSeconds", 0, strategy.InPlaceUpdateStrategy?.GracePeriodSeconds);
    }

    /// <param name="value">A number of pods or a percentage.</param>
    /// <param name="replicas">What it is a percentage of.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="allowed">What it must be.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Pods, rounded up; 0 when absent, null when the value is none.</returns>
    public static int? Amount(IntOrString? value, int replicas, string field, string allowed, Problems problems)
    {
        if (value is null)
        {
            return 0;
        }

        if (IntOrPercent.TryParse(value, out IntOrPercent amount))
        {
            return amount.Of(Math.Max(replicas, 0), roundUp: true);
        }

        problems.Invalid(field, value.ToString() ?? "", allowed);
        return null;
    }

    private static void ValidatePriority(UpdatePriorityStrategy priority, string field, Problems problems)
    {
        if (priority is { WeightPriority.Count: > 0, OrderPriority.Count: > 0 })
        {
            problems.Invalid(field, "weightPriority with orderPriority", "pods are ordered by weight or by a label's number, not both");
        }

        for (int i = 0; i < (priority.WeightPriority?.Count ?? 0); i++)
        {
            UpdatePriorityWeightTerm term = priority.WeightPriority![i];
            string path = $"{field}.weightPriority[{i}]";
            problems.InRange(path + ".weight", 0, MaxWeight, term.Weight);
            LabelSelectorValidation.ValidateSome(term.MatchSelector, path + ".matchSelector", "it would weigh every pod alike", problems);
        }

        for (int i = 0; i < (priority.OrderPriority?.Count ?? 0); i++)
        {
            if (priority.OrderPriority![i].OrderedKey.Length == 0)
            {
                problems.Required($"{field}.orderPriority[{i}].orderedKey", "must be the key of a label whose value ends in a number");
            }
        }
    }

    public static void ValidateScatter(IReadOnlyList<UpdateScatterTerm>? terms, string field, Problems problems)
    {
        var seen = new HashSet<(string Key, string Value)>();
        for (int i = 0; i < (terms?.Count ?? 0); i++)
        {
            UpdateScatterTerm term = terms![i];
            if (term.Key.Length == 0)
            {
                problems.Required($"{field}[{i}].key", "must be the key of a label");
            }
            else if (!seen.Add((term.Key, term.Value)))
            {
                problems.Invalid($"{field}[{i}]", $"{term.Key}:{term.Value}", "must be listed once: it is a duplicate");
            }
        }
    }
}

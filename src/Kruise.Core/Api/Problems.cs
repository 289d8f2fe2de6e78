using System.Globalization;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Collects the problems of an object, each with its path.</summary>
internal sealed class Problems
{
    private readonly List<FieldError> _errors = [];

    public List<FieldError> Errors => _errors;

    public bool Any => _errors.Count > 0;

    public void Required(string field, string allowed) => _errors.Add(new FieldError(field, "", allowed));

    public void Invalid(string field, string value, string allowed) => _errors.Add(new FieldError(field, value, allowed));

    public void AtLeast(string field, long least, long? value)
    {
        if (value < least)
        {
            Invalid(field, Number(value.Value), $"must be >= {Number(least)}");
        }
    }

    public void InRange(string field, long least, long most, long? value)
    {
        if (value < least || value > most)
        {
            Invalid(field, Number(value.Value), $"must be {Number(least)} to {Number(most)}");
        }
    }

    /// <summary>An amount of something, for example <c>500m</c> or <c>1Gi</c>, that may be absent.</summary>
    public void NotNegative(string field, ResourceQuantity? amount)
    {
        // The model writes negative amounts wrongly.
        if (amount is not null && amount.ToDecimal() < 0)
        {
            Invalid(field, amount.ToDecimal().ToString(CultureInfo.InvariantCulture), "must be >= 0");
        }
    }

    /// <summary>A text that may be absent, and otherwise is one of a few.</summary>
    public void OneOf(string field, string? value, params ReadOnlySpan<string> allowed)
    {
        if (!string.IsNullOrEmpty(value) && !allowed.Contains(value))
        {
            string last = allowed[^1];
            Invalid(field, value, allowed.Length == 1 ? $"must be {last}" : $"must be {string.Join(", ", allowed[..^1])} or {last}");
        }
    }

    /// <summary>A name that others refer to: present, a DNS label, and not taken yet.</summary>
    public void UniqueLabel(string field, string? name, HashSet<string> taken)
    {
        const string allowed = "must be a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";
        if (string.IsNullOrEmpty(name))
        {
            Required(field, allowed);
        }
        else if (!Names.IsDnsLabel(name))
        {
            Invalid(field, name, allowed);
        }
        else if (!taken.Add(name))
        {
            Invalid(field, name, "must be unique: it is taken by another one");
        }
    }

    /// <summary>The name of another object: present, and a DNS subdomain.</summary>
    public void Reference(string field, string? name, string kind)
    {
        if (string.IsNullOrEmpty(name))
        {
            Required(field, $"must be the name of a {kind}");
        }
        else if (!Names.IsDnsSubdomain(name))
        {
            Invalid(field, name, $"must be the name of a {kind}: lower-case letters, digits, '-' and '.'");
        }
    }

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

namespace Kruise.Core.Api;

/// <summary>One problem of an object, in the manner of Kubernetes' field errors.</summary>
/// <param name="Field">The path, for example <c>spec.parallelism</c> or <c>spec.images[nginx].tags[0].tag</c>.</param>
/// <param name="Value">What was found there; empty when the field is missing.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record FieldError(string Field, string Value, string Message)
{
    /// <summary><c>field: Invalid value: "value": message</c>, or <c>field: Required value: message</c> when nothing was found.</summary>
    public override string ToString() =>
        Value.Length == 0 ? $"{Field}: Required value: {Message}" : $"{Field}: Invalid value: \"{Value}\": {Message}";

    /// <summary>All problems in one line, as Kubernetes prints an aggregate: bare when there is one, in brackets when there are several.</summary>
    public static string Join(IReadOnlyList<FieldError> errors) =>
        errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors) + "]";
}

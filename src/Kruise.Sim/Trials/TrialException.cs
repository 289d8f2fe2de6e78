using System.Diagnostics;
using System.Globalization;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Trials;

/// <summary>A simulation failed, which no input should make it do: says which, so that it can be run again, and where in the code, so that it can be mended.</summary>
internal sealed class TrialException(ScenarioVariant variant, Exception cause) : Exception(
    string.Create(CultureInfo.InvariantCulture, $"{variant.Title}, seed {variant.Scenario.Spec.Seed}: the simulation failed, which is a fault of kruise-sim and not of the scenario: ")
        + $"{cause.GetType().Name}{Place(cause)}: {cause.Message.ReplaceLineEndings(" ")}",
    cause)
{
    private static string Place(Exception cause) => new StackTrace(cause).GetFrame(0)?.GetMethod() is { DeclaringType: { } type } method ? $" in {type.Name}.{method.Name}" : "";
}

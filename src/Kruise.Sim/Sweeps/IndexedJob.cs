namespace Kruise.Sim.Sweeps;

internal static class IndexedJob
{
    internal sealed record Place(string File, string Image, string? Claim, int Parts);

    public static string Of(PlannedSweep sweep, Place place, IReadOnlyList<string> options) => $"{sweep}{place}{options}";
}

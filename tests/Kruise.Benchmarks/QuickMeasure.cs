using System.Diagnostics;
using Kruise.Sim.Engine;
using Kruise.Sim.Tests.Engine;
using Kruise.Sim.Tests.Images.Network;

namespace Kruise.Benchmarks;

/// <summary>
/// The figures of network and engine in seconds rather than minutes, each case once cold: <c>dotnet run -c Release --project tests/Kruise.Benchmarks quick</c>.
/// </summary>
internal static class QuickMeasure
{
    public static void Run()
    {
        Fleet("10,000 nodes, equal layers", () => FleetCases.Equal(10_000));
        Fleet("100,000 nodes, equal layers", () => FleetCases.Equal(100_000));
        Fleet("10,000 nodes, unequal layers", () => FleetCases.Unequal(10_000));
        Fleet("100,000 nodes, unequal layers", () => FleetCases.Unequal(100_000));
        Fleet("1,000 nodes, unequal layers and NICs", () => FleetCases.OwnNics(1_000));
        foreach (int pending in (int[])[1_000, 100_000, 1_000_000])
        {
            const int events = 2_000_000;
            var hold = new Hold(new EventLoop(), pending, seed: 1, kind: 0);
            hold.Run(events);
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            hold.Run(events);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.WriteLine(
                $"hold model, {pending:N0} pending: {seconds / events * 1e9:F0} ns/event, {GC.GetAllocatedBytesForCurrentThread() - bytes} bytes");
        }
    }

    private static void Fleet(string name, Func<FleetDownload> build)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        FleetDownload fleet = build();
        double setUpSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        fleet.Run();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(
            $"{name}: {seconds:F3} s ({setUpSeconds:F3} s set-up), last byte {fleet.Loop.Now.Seconds:F9} s, {fleet.Finished:N0} flows "
            + $"({fleet.Finished / seconds:N0}/s), {fleet.Loop.Delivered:N0} events ({fleet.Loop.Delivered / seconds:N0}/s), "
            + $"{fleet.Network.Solves:N0} solves, {(GC.GetAllocatedBytesForCurrentThread() - bytes) / 1e6:F1} MB allocated");
    }
}

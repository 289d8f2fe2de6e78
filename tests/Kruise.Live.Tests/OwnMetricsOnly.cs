using System.Runtime.CompilerServices;
using Kruise.Live.Health;

namespace Kruise.Live.Tests;

/// <summary>As the command does at its start: our process metrics take the place of prometheus-net's own before anything is collected.</summary>
internal static class OwnMetricsOnly
{
    [ModuleInitializer]
    internal static void Install() => ProcessMetrics.Install();
}

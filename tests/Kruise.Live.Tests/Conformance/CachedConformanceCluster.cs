namespace Kruise.Live.Tests.Conformance;

/// <summary>The control plane of the table, serving lists and watches from memory.</summary>
public sealed class CachedConformanceCluster() : ConformanceCluster(watchCache: true);

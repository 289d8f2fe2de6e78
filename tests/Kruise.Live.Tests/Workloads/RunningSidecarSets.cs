using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>Classes of tests that share a cluster with a manager and its webhooks; each test has a namespace of its own, and sets that are for no other.</summary>
[CollectionDefinition]
public sealed class RunningSidecarSets : ICollectionFixture<RunningCloneSets>;

using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

internal sealed record RegistrySpec
{
    [Field("The registry's host as image references have it; docker.io serves references without one.", Format = TextFormat.RegistryHost)]
    public required string Name { get; init; }

    [Field("What the registry can send to all nodes together.", WhenAbsent = "unlimited", Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth? Egress { get; init; }

    [Field("What the registry can send on one connection.", WhenAbsent = "unlimited", Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth? PerConnection { get; init; }

    [Field("The network's round trip between nodes and the registry.", Min = 0, Max = 60)]
    public SimTime RoundTrip { get; init; } = SimTime.FromMilliseconds(1);

    [Field("How long the registry itself takes to answer a request.", Max = 600)]
    public Latency Latency { get; init; }

    [Field("The token service that is asked before each pull.", WhenAbsent = "none is asked")]
    public TokenServiceSpec? Token { get; init; }

    [Field("How many requests the registry answers; others get 429 Too Many Requests.", WhenAbsent = "any number")]
    public RequestLimitSpec? Requests { get; init; }

    [Field("The share of requests that fail with 500 Internal Server Error.", Min = 0, Max = 1)]
    public double ErrorRate { get; init; }

    [Field("How a congested egress is shared.")]
    public SharingSpec Sharing { get; init; } = new();

    [Field("The images in the registry.")]
    public IReadOnlyList<RegistryImageSpec> Images { get; init; } = [];
}

internal sealed record TokenServiceSpec
{
    [Field("How long the token service takes to answer.", Max = 600)]
    public Latency Latency { get; init; } = Latency.Constant(SimTime.FromMilliseconds(50));
}

/// <summary>Which requests a limit counts.</summary>
internal enum CountedRequestKind
{
    [Word("manifests", "Manifest requests: one for each pull, as Docker Hub counts.")]
    Manifests,

    [Word("all", "Every request.")]
    All,
}

internal sealed record RequestLimitSpec
{
    [Field("Requests per second in the long run.", Min = 0, AboveMin = true, Max = 1e9)]
    public required double Rate { get; init; }

    [Field("Requests that may come at once.", Min = 1, Max = 1_000_000_000)]
    public int Burst { get; init; } = 1;

    [Field("Which requests are counted.")]
    public CountedRequestKind Counted { get; init; } = CountedRequestKind.Manifests;

    [Field("The Retry-After of the answer 429.", WhenAbsent = "the time until a request could succeed", Min = 0, Max = 86_400)]
    public SimTime? RetryAfter { get; init; }
}

/// <summary>How a congested egress is shared.</summary>
internal enum SharingKind
{
    [Word("fair", "Every connection gets the same.")]
    Fair,

    [Word("fifo", "Unevenly, as a first-in-first-out queue makes it.")]
    Fifo,
}

internal sealed record SharingSpec
{
    [Field("How connections share a congested egress.")]
    public SharingKind Kind { get; init; } = SharingKind.Fair;

    [Field("The time of the slowest of many equal pulls that begin together over the time of the fastest.", WhenAbsent = "1 when fair, the measured 2.2 when fifo", Min = 1, Max = 4, BelowMax = true)]
    public double? Spread { get; init; }

    [Field("The share of the egress that is used when it is congested.", WhenAbsent = "1 when fair, the measured 0.92 when fifo", Min = 0, AboveMin = true, Max = 1)]
    public double? Efficiency { get; init; }
}

internal sealed record RegistryImageSpec
{
    [Field("The image's reference; the registry's host may be left out.", Format = TextFormat.ImageReference)]
    public required string Name { get; init; }

    [Field("The image's layers, lowest first.", Min = 1, Max = 10_000)]
    public required IReadOnlyList<ImageLayerSpec> Layers { get; init; }
}

/// <summary>What a layer is made of, which decides how fast it unpacks.</summary>
internal enum LayerContent
{
    [Word("incompressible", "Content that does not compress: archives, media, encrypted data.")]
    Incompressible,

    [Word("text", "Text and code that compress well.")]
    Text,

    [Word("smallFiles", "Many small files; how many is said beside it.")]
    SmallFiles,
}

/// <summary>A layer, written as its compressed size alone or as a record.</summary>
[Shorthand("size")]
internal sealed record ImageLayerSpec
{
    [Field("Compressed size: the bytes that are fetched.", Min = 0, Max = 1e15)]
    public required DataSize Size { get; init; }

    [Field("Unpacked size.", WhenAbsent = "from the compressed size and the content", Min = 0, Max = 1e16)]
    public DataSize? Uncompressed { get; init; }

    [Field("Names the layer's content: layers with the same id are the same layer and are fetched once per node.", WhenAbsent = "a layer of its own", Format = TextFormat.NonEmpty)]
    public string? Id { get; init; }

    [Field("What the layer is made of.")]
    public LayerContent Content { get; init; } = LayerContent.Incompressible;

    [Field("Files in the layer; needed when the content is smallFiles.", WhenAbsent = "too few to matter", Min = 0, Max = 1_000_000_000)]
    public int? Files { get; init; }
}

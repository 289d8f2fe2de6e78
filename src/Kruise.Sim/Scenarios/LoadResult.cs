using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

/// <summary>One run of a scenario: the scenario with the variant's values in place. The name is null where a file has no variants.</summary>
internal sealed record ScenarioVariant(string? Name, Scenario Scenario)
{
    /// <summary>The name for people: the scenario's, and the variant's in brackets.</summary>
    public string Title => Name is null ? Scenario.Metadata.Name : $"{Scenario.Metadata.Name} ({Name})";

    /// <summary>Where each expectation stands, in their order; without lines where the scenario comes from no file.</summary>
    public IReadOnlyList<SourcePosition> ExpectedAt { get; init; } = [.. (Scenario.Spec?.Expect ?? []).Select(_ => default(SourcePosition))];
}

/// <summary>What came of loading a file. The variants are empty when a problem is an error, and never otherwise.</summary>
internal sealed record LoadResult(IReadOnlyList<ScenarioVariant> Variants, IReadOnlyList<Problem> Problems)
{
    /// <summary>The manifest files that any of its variants names, in the order of their paths.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    public bool Succeeded => Variants.Count > 0;
}

/// <summary>How bad a problem is.</summary>
internal enum ProblemSeverity
{
    /// <summary>Nothing is run.</summary>
    Error,

    /// <summary>It is run, but probably not what was meant.</summary>
    Warning,
}

/// <summary>Something wrong with the input, and where. Line and column count from 1; 0 where the input has no lines (a folder, an option).</summary>
internal sealed record Problem(ProblemSeverity Severity, string Source, int Line, int Column, string Message)
{
    public override string ToString()
    {
        string text = Severity == ProblemSeverity.Warning ? "warning: " + Message : Message;
        return Line > 0 ? $"{Source}:{Line}:{Column}: {text}" : $"{Source}: {text}";
    }
}

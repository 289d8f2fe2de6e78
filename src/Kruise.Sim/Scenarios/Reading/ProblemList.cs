namespace Kruise.Sim.Scenarios.Reading;

/// <summary>Collects what is wrong with a scenario and the files it names, each thing once.</summary>
internal sealed class ProblemList
{
    /// <summary>More than anyone reads; a file with a million mistakes must not cost a million messages.</summary>
    public const int MaxProblems = 100;

    private readonly List<Problem> _problems = [];
    private readonly HashSet<Problem> _seen = [];
    private readonly List<string> _sources = [];

    /// <summary>Errors reported so far, those reported twice included.</summary>
    public int ErrorCount { get; private set; }

    public void Error(SourcePosition at, Finding finding) => Error(at, finding.ToString());

    public void Error(SourcePosition at, string message) => Add(ProblemSeverity.Error, at, message);

    public void Warn(SourcePosition at, string message) => Add(ProblemSeverity.Warning, at, message);

    /// <summary>Options first, then by file in the order in which files were first complained of, then by place.</summary>
    public IReadOnlyList<Problem> ToSorted()
    {
        var sorted = _problems.OrderBy(p => p.Line > 0).ThenBy(p => _sources.IndexOf(p.Source)).ThenBy(p => p.Line).ThenBy(p => p.Column).Take(MaxProblems).ToList();
        if (_problems.Count > MaxProblems)
        {
            Problem last = sorted[^1];
            sorted.Add(last with { Severity = ProblemSeverity.Error, Message = $"more than {MaxProblems} problems; those after this place are not listed" });
        }

        return sorted;
    }

    private void Add(ProblemSeverity severity, SourcePosition at, string message)
    {
        ErrorCount += severity == ProblemSeverity.Error ? 1 : 0;
        var problem = new Problem(severity, at.Source, at.Line, at.Column, message);
        if (_problems.Count > MaxProblems || !_seen.Add(problem))
        {
            return;
        }

        if (!_sources.Contains(at.Source, StringComparer.Ordinal))
        {
            _sources.Add(at.Source);
        }

        _problems.Add(problem);
    }
}

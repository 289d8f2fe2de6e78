using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>Keeps what must never be, and was.</summary>
internal sealed class ViolationLog(EventLoop loop)
{
    private const int MostKept = 50;

    private readonly List<Violation> _kept = [];

    /// <summary>The first ones, in the order in which they were found.</summary>
    public IReadOnlyList<Violation> Kept => _kept;

    /// <summary>All of them.</summary>
    public int Count { get; private set; }

    /// <summary>The first ones of several logs, in order of time.</summary>
    public static IReadOnlyList<Violation> Merge(params IReadOnlyList<ViolationLog> logs) => [.. logs.SelectMany(log => log.Kept).OrderBy(violation => violation.At).Take(MostKept)];

    public void Add(ViolationRule rule, string message, params IReadOnlyList<string> objects)
    {
        Count++;
        if (_kept.Count < MostKept)
        {
            _kept.Add(new Violation(loop.Now, rule, message, objects));
        }
    }
}

using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim;

/// <summary>The warnings among the events of webhooks and of the controllers of pods, as lines for the report: one for each object and reason, however often it came.</summary>
internal sealed class WarningEvents(EventLoop loop)
{
    private readonly List<Line> _lines = [];

    public IEnumerable<string> Notes => _lines.Select(line => FormattableString.Invariant(
        $"at {line.First.Seconds:0.###} s: event {line.Event.Reason} of {line.Event.About.Kind} {NameOf(line.Event.About)}: {line.Event.Message}")
        + (line.Times == 1 ? "" : FormattableString.Invariant($" (the first of {line.Times} such events)")));

    public void Record(Write.RecordEvent recorded)
    {
        if (recorded.Severity != EventSeverity.Warning)
        {
            return;
        }

        Line? known = _lines.Find(line =>
            line.Event.Reason == recorded.Reason && line.Event.About.Kind == recorded.About.Kind && NameOf(line.Event.About) == NameOf(recorded.About));
        if (known is null)
        {
            _lines.Add(new Line(loop.Now, recorded) { Times = 1 });
        }
        else
        {
            known.Times++;
        }
    }

    private static string NameOf(V1ObjectReference about) => new ObjectKey(about.NamespaceProperty ?? "", about.Name).ToString();

    private sealed class Line(SimTime first, Write.RecordEvent recorded)
    {
        public SimTime First { get; } = first;

        public Write.RecordEvent Event { get; } = recorded;

        public int Times { get; set; }
    }
}

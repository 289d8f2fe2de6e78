using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim;

/// <summary>The events that webhooks sent, as lines for the report: one for each object and reason, however often it came.</summary>
internal sealed class AdmissionEvents(EventLoop loop)
{
    private readonly List<Line> _lines = [];

    public IEnumerable<string> Notes => _lines.Select(line => FormattableString.Invariant(
        $"at {line.First}: event {line.Event.Reason} of {line.Event.About.Kind} {line.Event.About.Name}: {line.Event.Message}")
        + (line.Times == 1 ? "" : FormattableString.Invariant($" ({line.Times} such events)")));

    public void Record(Write.RecordEvent recorded)
    {
        Line? known = _lines.Find(line => line.Event.Reason == recorded.Reason && line.Event.About.Kind == recorded.About.Kind && line.Event.About.Name == recorded.About.Name);
        if (known is null)
        {
            _lines.Add(new Line(loop.Now, recorded) { Times = 1 });
        }
        else
        {
            known.Times++;
        }
    }

    private sealed class Line(SimTime first, Write.RecordEvent recorded)
    {
        public SimTime First { get; } = first;

        public Write.RecordEvent Event { get; } = recorded;

        public int Times { get; set; }
    }
}

using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>
/// The decisions of the daemon of one node: which images to pull, when to try again and when to give up, and what to report. A state
/// machine that the world tells what happened, with the node's clock, and that answers with commands appended to the caller's list. It
/// begins empty, as a daemon does; what an earlier daemon reported it takes from the NodeImage's status. Calls that tell nothing new, or
/// speak of attempts that are over, do nothing. Not safe for use by several threads at a time.
/// </summary>
/// <param name="nodeName">The node.</param>
/// <param name="options">Limits and timings.</param>
/// <param name="random">The puller's own stream.</param>
public sealed partial class NodePuller(string nodeName, PullerOptions options, RandomStream random)
{
    private readonly PullerOptions _options = options;
    private readonly RandomStream _random = random;

    /// <summary>The node.</summary>
    public string NodeName => nodeName;

    /// <summary>Attempts that run now.</summary>
    public int RunningPulls { get; private set; }

    /// <summary>Tells of a state of the NodeImage that the watch delivered; null when it is gone. Older states than known are ignored.</summary>
    public void Observe(NodeImage? nodeImage, DateTime now, List<PullerCommand> commands) => throw null!;

    /// <summary>Tells that an attempt ended by itself.</summary>
    public void PullEnded(PullId id, PullOutcome outcome, DateTime now, List<PullerCommand> commands) => throw null!;

    /// <summary>Tells how far an attempt has come, in percent of its bytes.</summary>
    public void Progress(PullId id, int percent, DateTime now, List<PullerCommand> commands) => throw null!;

    /// <summary>Tells how the status write under way ended.</summary>
    public void StatusWritten(StatusWriteOutcome outcome, DateTime now, List<PullerCommand> commands) => throw null!;

    /// <summary>Tells that a moment asked for has come; harmless at any time.</summary>
    public void Wake(DateTime now, List<PullerCommand> commands) => throw null!;
}

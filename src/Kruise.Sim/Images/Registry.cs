using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <summary>What a client asks of a registry.</summary>
internal enum RequestKind
{
    /// <summary>The first contact, before any request: a refused or silent registry shows here.</summary>
    Connect = 0,

    /// <summary>The token endpoint.</summary>
    Token = 1,

    /// <summary>HEAD of a manifest by tag.</summary>
    Resolve = 2,

    /// <summary>GET of a manifest.</summary>
    Manifest = 3,

    /// <summary>GET of an image's configuration.</summary>
    Config = 4,

    /// <summary>GET of a layer; the answer is the first byte.</summary>
    Layer = 5,
}

/// <summary>How a request was answered.</summary>
internal enum AnswerStatus
{
    Ok = 0,
    TooManyRequests = 1,
    ServerError = 2,
    Refused = 3,

    /// <summary>Not at all: the request can be handled at <see cref="Answer.Delay"/> at the earliest.</summary>
    Hanging = 4,
}

/// <summary>
/// The answer to a request: <paramref name="Delay"/> goes from sending to the answer, with <see cref="AnswerStatus.Hanging"/> to the end of the outage;
/// <paramref name="RetryAfter"/> is, with 429, how long after the answer a request can succeed.
/// </summary>
internal readonly record struct Answer(AnswerStatus Status, SimTime Delay, SimTime RetryAfter = default);

/// <summary>
/// A registry: answers requests and sends layers.
/// </summary>
/// <remarks>
/// A request over r round trips takes (r · RTT + server latency) · slowness + r · added, with what the way from the node adds to a round trip. A limited kind of request takes a token from a bucket with
/// tokens(t) = min(burst, tokens(t₀) + rate · (t - t₀)); when there is less than one, the answer is 429 and Retry-After, unless it is fixed, is the
/// time to the next whole token in whole seconds, rounded up, as HTTP has it. 500 comes with the error rate, independently for each request.
/// <para>
/// Fifo sharing: each pull draws a weight from four levels 1, q, q², q³, so many of each (blocks of four pulls take the levels in random order). With
/// equal pulls that begin together on a congested egress the fastest ends after S Σw / (w_max C) and the slowest after n S / C, so their ratio is
/// w_max / mean(w) = 4 q³ / (1 + q + q² + q³); q is solved for the wanted spread. A weight is that of each connection: pulls that have fewer of them open
/// towards their end spread less.
/// </para>
/// </remarks>
internal sealed class Registry : IEventTarget
{
    /// <summary>Levels of weight under fifo sharing; a spread must be less.</summary>
    public const int Levels = 4;

    private const int WindowBegins = 1;
    private const int WindowEnds = 2;

    private readonly EventLoop _loop;
    private readonly IFlowNetwork _network;
    private readonly RandomStream _faults;
    private readonly RandomStream _latencies;
    private readonly RandomStream _weights;
    private readonly double[] _block = new double[Levels];
    private readonly List<OutageWindow> _open = [];
    private readonly List<RequestBucket> _limits = [];
    private readonly List<(OutageWindow Window, RequestBucket Bucket)> _openLimits = [];
    private readonly List<OutageWindow> _windows = [];
    private int _blockLeft;
    private double _slowness = 1;
    private ActivePull? _firstPull;
    private ActivePull? _lastPull;

    public Registry(RegistryParameters parameters, EventLoop loop, IFlowNetwork network, RandomStream random)
    {
        if (parameters.Problem is { } problem)
        {
            throw new ArgumentException($"Registry {parameters.Name}: {problem}.", nameof(parameters));
        }

        Parameters = parameters;
        _loop = loop;
        _network = network;
        _faults = random.Derive("faults");
        _latencies = random.Derive("latencies");
        _weights = random.Derive("weights");
        if (parameters.RequestLimit is { } limit)
        {
            _limits.Add(new RequestBucket(limit, loop.Now));
        }

        if (parameters.Sharing == EgressSharing.Fifo)
        {
            FillLevels(parameters.FifoSpread);
        }

        EgressNow = NormalEgress;
        NetworkIndex = network.AddRegistry(NormalEgress, parameters.PerConnectionBytesPerSecond);
    }

    public RegistryParameters Parameters { get; }

    /// <summary>The registry's number in the network.</summary>
    public int NetworkIndex { get; }

    /// <summary>Requests received so far, refused and hanging ones included.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests answered with 429 so far.</summary>
    public long TooManyRequests { get; private set; }

    /// <summary>Requests that failed with 500, were refused or got no answer so far.</summary>
    public long Errors { get; private set; }

    /// <summary>What the egress allows now, faults included, bytes per second.</summary>
    public double EgressNow { get; private set; }

    private double NormalEgress =>
        Parameters.EgressBytesPerSecond * (Parameters.Sharing == EgressSharing.Fifo ? Parameters.FifoEfficiency : 1);

    /// <summary>Plans an outage; its begin must not lie in the past.</summary>
    public void AddOutage(OutageWindow window)
    {
        if (window.Until < window.From || !(window.Factor >= 1))
        {
            throw new ArgumentException("An outage must end after it begins and slow by a factor of at least 1.", nameof(window));
        }

        _windows.Add(window);
        _loop.Schedule(window.From, this, WindowBegins, _windows.Count - 1);
        _loop.Schedule(window.Until, this, WindowEnds, _windows.Count - 1);
    }

    void IEventTarget.OnEvent(int kind, long argument, object? state)
    {
        OutageWindow window = _windows[(int)argument];
        if (kind == WindowBegins)
        {
            _open.Add(window);
            if (window.RequestLimit is { } limit)
            {
                var bucket = new RequestBucket(limit, _loop.Now);
                _limits.Add(bucket);
                _openLimits.Add((window, bucket));
            }
        }
        else
        {
            _open.Remove(window);
            int at = _openLimits.FindIndex(l => ReferenceEquals(l.Window, window));
            if (at >= 0)
            {
                _limits.Remove(_openLimits[at].Bucket);
                _openLimits.RemoveAt(at);
            }
        }

        _slowness = 1;
        bool hangs = false;
        bool refuses = false;
        foreach (OutageWindow open in _open)
        {
            hangs |= open.Kind == OutageKind.Hang;
            refuses |= open.Kind == OutageKind.Refuse;
            _slowness *= open.Kind == OutageKind.Slow ? open.Factor : 1;
        }

        double egress = hangs ? 0 : NormalEgress / _slowness;
        EgressNow = refuses ? 0 : egress;
        _network.SetRegistryEgress(NetworkIndex, egress);
        if (kind == WindowBegins && window.Kind == OutageKind.Refuse)
        {
            for (ActivePull? pull = _firstPull; pull is not null; pull = pull.NextAtRegistry)
            {
                pull.ResetConnections();
            }
        }
    }

    /// <summary>Sends a request that takes some round trips, each longer by what the caller's place adds, and says how it will be answered.</summary>
    internal Answer Send(RequestKind kind, int roundTrips, SimTime addedRoundTrip = default)
    {
        Requests += kind == RequestKind.Connect ? 0 : 1;
        SimTime roundTrip = Slowed(Parameters.RoundTrip.Nanoseconds) + addedRoundTrip;
        if (IsOpen(OutageKind.Refuse, out _))
        {
            Errors++;
            return new Answer(AnswerStatus.Refused, roundTrip);
        }

        if (IsOpen(OutageKind.Hang, out SimTime until))
        {
            Errors++;
            return new Answer(AnswerStatus.Hanging, until - _loop.Now);
        }

        SimTime delay = new(roundTrip.Nanoseconds * roundTrips);
        if (kind == RequestKind.Connect)
        {
            return new Answer(AnswerStatus.Ok, delay);
        }

        LatencyDistribution latency = kind == RequestKind.Token ? Parameters.Token!.Latency : Parameters.ServerLatency;
        delay += Slowed(latency.Sample(_latencies).Nanoseconds);
        foreach (RequestBucket limit in _limits)
        {
            if (!limit.Admits(kind, _loop.Now, out SimTime retryAfter))
            {
                TooManyRequests++;
                return new Answer(AnswerStatus.TooManyRequests, delay, retryAfter);
            }
        }

        double succeeds = 1 - Parameters.ErrorRate;
        foreach (OutageWindow open in _open)
        {
            succeeds *= 1 - open.ErrorRate;
        }

        bool fails = succeeds < 1 && _faults.NextDouble() >= succeeds;
        Errors += fails ? 1 : 0;
        return new Answer(fails ? AnswerStatus.ServerError : AnswerStatus.Ok, delay);
    }

    /// <summary>The weight of a pull's flows on this registry's egress.</summary>
    internal double NextWeight()
    {
        if (Parameters.Sharing == EgressSharing.Fair)
        {
            return 1;
        }

        if (_blockLeft == 0)
        {
            _blockLeft = Levels;
            for (int i = Levels - 1; i > 0; i--)
            {
                int j = (int)_weights.Next(i + 1);
                (_block[i], _block[j]) = (_block[j], _block[i]);
            }
        }

        return _block[--_blockLeft];
    }

    internal void Add(ActivePull pull)
    {
        pull.PreviousAtRegistry = _lastPull;
        pull.NextAtRegistry = null;
        if (_lastPull is null)
        {
            _firstPull = pull;
        }
        else
        {
            _lastPull.NextAtRegistry = pull;
        }

        _lastPull = pull;
    }

    internal void Remove(ActivePull pull)
    {
        if (pull.PreviousAtRegistry is null)
        {
            _firstPull = pull.NextAtRegistry;
        }
        else
        {
            pull.PreviousAtRegistry.NextAtRegistry = pull.NextAtRegistry;
        }

        if (pull.NextAtRegistry is null)
        {
            _lastPull = pull.PreviousAtRegistry;
        }
        else
        {
            pull.NextAtRegistry.PreviousAtRegistry = pull.PreviousAtRegistry;
        }

        pull.NextAtRegistry = pull.PreviousAtRegistry = null;
    }

    private void FillLevels(double spread)
    {
        double low = 1;
        double high = 1e6;
        for (int i = 0; i < 200; i++)
        {
            double q = (low + high) / 2;
            if (Levels * q * q * q / (1 + q + (q * q) + (q * q * q)) < spread)
            {
                low = q;
            }
            else
            {
                high = q;
            }
        }

        _block[0] = 1;
        for (int i = 1; i < Levels; i++)
        {
            _block[i] = _block[i - 1] * low;
        }
    }

    private bool IsOpen(OutageKind kind, out SimTime until)
    {
        until = _loop.Now;
        bool found = false;
        foreach (OutageWindow open in _open)
        {
            if (open.Kind == kind)
            {
                found = true;
                until = SimTime.Max(until, open.Until);
            }
        }

        return found;
    }

    private SimTime Slowed(long nanoseconds) => _slowness > 1 ? new SimTime((long)Math.Round(nanoseconds * _slowness)) : new SimTime(nanoseconds);
}

using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <summary>One pull under way, from the call to its end; the object is used again for another pull afterwards.</summary>
/// <remarks>
/// With RTT the registry's round trip and what the node's place adds to it, s its latency for a request, w the payload share and k the download limit:
/// <list type="bullet">
/// <item>ready = started + call latency + fixed seconds + connect · RTT [+ RTT + token] + 3 (RTT + s), for resolve, manifest and config.</item>
/// <item>Layers begin in order as long as fewer than k places are held: begun(i) = ready, or the arrival that freed the place.</item>
/// <item>flowing(i) = begun(i) + RTT + s; then compressed(i) / w bytes go over the network, which says when they have arrived. A layer above
/// the chunk size takes up to k places and as many flows of equal size.</item>
/// <item>A layer on the node has arrived when its turn comes; one that another pull of the node fetches arrives when that one does, and if that pull ends
/// before, one of those that wait fetches it anew.</item>
/// <item>unpacked(i) = max(arrived(i), unpacked(i - 1)) + layer seconds + uncompressed(i) / rate + files(i) · seconds per file, with max over all arrivals
/// for a runtime that unpacks only then, and nothing to add for a chain that is unpacked on the node already. The pull ends with unpacked(n - 1).</item>
/// </list>
/// The sink is only ever called as the last thing that an event does, so it may start and stop pulls as it likes.
/// </remarks>
internal sealed partial class ActivePull(RuntimeFleet fleet) : IEventTarget, IFlowSink
{
    private const int Called = 1;
    private const int Answered = 2;
    private const int Repeat = 3;
    private const int LayerAnswered = 4;
    private const int LayerRepeat = 5;
    private const int LayerFetchedByOther = 6;
    private const int LayerUnpacked = 7;
    private const int Ended = 8;

    private static readonly PullEnd[] Ends = [PullEnd.Pulled, PullEnd.AlreadyPresent, PullEnd.Failed];

    private LayerProgress[] _layers = [];
    private FlowId[] _flows = [];
    private NodeRuntime _node = null!;
    private RuntimeParameters _parameters = null!;
    private RegistryImage? _image;
    private Registry? _registry;
    private IPullSink _sink = null!;
    private int _count;
    private int _partsPerLayer;
    private int _firstPending;
    private int _arrived;
    private int _toUnpack;
    private int _lastArrival;
    private long _bytesFetched;
    private long _bytesArrived;
    private double _weight;
    private RequestKind _request;
    private int _tooManyRequests;
    private SimTime _sent;
    private SimTime _started;
    private SimTime _called;
    private SimTime? _ready;
    private SimTime? _firstByte;
    private EventHandle _next;
    private bool _ending;
    private bool _asksRegistry;
    private bool _failedUnpack;
    private string? _error;
    private int _failedLayer;
    private bool _waitsForUnpack;
    private double _unpackLeft;
    private double _unpackRate;
    private SimTime _unpackAt;
    private EventHandle _unpackEnd;

    internal ActivePull? PreviousOnNode { get; set; }

    internal ActivePull? NextOnNode { get; set; }

    internal ActivePull? PreviousAtRegistry { get; set; }

    internal ActivePull? NextAtRegistry { get; set; }

    internal long Token { get; private set; }

    /// <summary>The image it pulls; null when no registry has it.</summary>
    internal RegistryImage? Image => _image;

    /// <summary>Places among the downloads that this pull holds.</summary>
    internal int Places { get; private set; }

    /// <summary>The chain that this pull unpacks at present; -1 when it unpacks nothing.</summary>
    internal int UnpackingChain { get; private set; } = -1;

    /// <summary>What its unpacking thread could write at present if the disk were its own; 0 when it unpacks nothing.</summary>
    internal double MostUnpackBytesPerSecond { get; private set; }

    /// <summary>The layer whose arrival let unpacking begin when it waits for all; null when each layer waits for itself.</summary>
    private int? UnpackWaitedFor => _parameters.UnpackStart == UnpackStart.AllArrived ? _lastArrival : null;

    internal void Begin(NodeRuntime node, RegistryImage? image, Registry? registry, IPullSink sink, long token, SimTime callLatency, bool asksRegistry)
    {
        _node = node;
        _parameters = node.Parameters;
        _image = image;
        _registry = registry;
        _sink = sink;
        Token = token;
        _started = fleet.Loop.Now;
        _count = image?.Layers.Length ?? 0;
        _partsPerLayer = _parameters.ChunkBytes is null ? 1 : _parameters.MaxConcurrentDownloads;
        Clear();
        _asksRegistry = asksRegistry;
        registry?.Add(this);
        if (image is not null && !asksRegistry && node.HasImage(image))
        {
            _called = _started + callLatency;
            _ending = true;
            _next = fleet.Loop.Schedule(_called, this, Ended, (long)PullEnd.AlreadyPresent);
            return;
        }

        _called = _started + callLatency + SimTime.FromSeconds(_parameters.FixedSeconds);
        _next = fleet.Loop.Schedule(_called, this, Called);
    }

    internal bool IsFetching(ImageLayer layer) => FetchOf(layer) >= 0;

    /// <summary>Begins layers in order while there are places.</summary>
    internal void BeginLayers(int cause)
    {
        if (_ready is null || _ending)
        {
            return;
        }

        while (_firstPending < _count)
        {
            int i = _firstPending;
            ref LayerProgress layer = ref _layers[i];
            if (layer.Status != LayerStatus.Pending || _image!.FirstUse[i] != i)
            {
                _firstPending++;
                continue;
            }

            ImageLayer content = _image.Layers[i];
            if (_node.HasContent(content))
            {
                MarkBegun(ref layer, cause);
                layer.Arrived = fleet.Loop.Now;
                CountArrival(i);
                _firstPending++;
                continue;
            }

            int free = _node.FreePlaces(this);
            bool waits = _node.OtherThatFetches(this, content) is not null;
            if (waits && _parameters.DownloadLimitScope == DownloadLimitScope.Node)
            {
                MarkBegun(ref layer, cause);
                layer.Status = LayerStatus.Waiting;
                _firstPending++;
                continue;
            }

            if (free <= 0)
            {
                break;
            }

            MarkBegun(ref layer, cause);
            int parts = _parameters.ChunkBytes is { } chunk ? (int)Math.Clamp((content.CompressedBytes + chunk - 1) / chunk, 1, free) : 1;
            HoldPlaces(ref layer, waits ? 1 : parts);
            _firstPending++;
            if (waits)
            {
                layer.Status = LayerStatus.Waiting;
            }
            else
            {
                layer.Status = LayerStatus.Requesting;
                layer.Sent = fleet.Loop.Now;
                SendLayer(i);
            }
        }

        TryUnpack();
    }

    /// <summary>Another pull of the node fetched a layer that this one may wait for.</summary>
    internal void OnOtherFetched(ImageLayer layer, in LayerProgress progress)
    {
        for (int i = 0; i < _count; i++)
        {
            ref LayerProgress mine = ref _layers[i];
            if (mine.Status == LayerStatus.Waiting && mine.Next.IsNone && _image!.Layers[i] == layer)
            {
                mine.Flowing = SimTime.Max(mine.Begun!.Value, progress.Flowing ?? mine.Begun.Value);
                mine.Bounds = progress.Bounds;
                mine.Next = fleet.Loop.Schedule(fleet.Loop.Now, this, LayerFetchedByOther, i);
            }
        }
    }

    /// <summary>Another pull left the node: what this one waited for may be up to it now, and there may be places.</summary>
    internal void OnOtherLeft()
    {
        if (_ready is null || _ending)
        {
            return;
        }

        for (int i = 0; i < _count; i++)
        {
            ref LayerProgress layer = ref _layers[i];
            if (layer.Status == LayerStatus.Waiting && layer.Next.IsNone && _node.OtherThatFetches(this, _image!.Layers[i]) is null)
            {
                HoldPlaces(ref layer, 0);
                layer.Status = LayerStatus.Pending;
                _firstPending = Math.Min(_firstPending, i);
            }
        }

        BeginLayers(LayerProgress.ByOtherPull);
        OnOtherUnpacked();
    }

    /// <summary>Another pull of the node unpacked something, or left.</summary>
    internal void OnOtherUnpacked()
    {
        if (_waitsForUnpack)
        {
            _waitsForUnpack = false;
            TryUnpack();
        }
    }

    /// <summary>The registry's open connections break.</summary>
    internal void ResetConnections()
    {
        for (int i = 0; i < _count && !_ending; i++)
        {
            if (_layers[i].Status == LayerStatus.Downloading)
            {
                CancelFlows(i);
                OnLayerFailed(i, "read: connection reset by peer", mayRepeat: true);
            }
        }
    }

    internal void SetUnpackRate(double bytesPerSecond)
    {
        SimTime now = fleet.Loop.Now;
        if (bytesPerSecond == _unpackRate)
        {
            return;
        }

        if (now > _unpackAt)
        {
            _unpackLeft = Math.Max(0, _unpackLeft - (_unpackRate * (now - _unpackAt).Seconds));
        }

        _unpackAt = now;
        _unpackRate = bytesPerSecond;
        fleet.Loop.Cancel(_unpackEnd);
        _unpackEnd = fleet.Loop.ScheduleAfter(SimTime.FromSeconds(_unpackLeft / bytesPerSecond), this, LayerUnpacked);
    }

    void IEventTarget.OnEvent(int kind, long argument, object? state)
    {
        int layer = (int)argument;
        switch (kind)
        {
            case Called when _registry is null:
                Fail("dial tcp: no such host");
                break;
            case Called:
                NextRequest(RequestKind.Connect);
                break;
            case Repeat:
                SendRequest();
                break;
            case Answered:
                OnAnswered((AnswerStatus)argument);
                break;
            case LayerRepeat:
                SendLayer(layer);
                break;
            case LayerAnswered:
                OnLayerAnswered((int)(argument >> 8), (AnswerStatus)(argument & 0xFF));
                break;
            case LayerFetchedByOther:
                _layers[layer].Arrived = fleet.Loop.Now;
                OnArrived(layer);
                break;
            case LayerUnpacked:
                OnUnpacked();
                break;
            case Ended:
                End(Ends[argument]);
                break;
        }
    }

    void IFlowSink.OnFlowFinished(long token, in FlowBoundSeconds bounds)
    {
        int i = (int)(token / _partsPerLayer);
        ref LayerProgress layer = ref _layers[i];
        _flows[token] = default;
        if (--layer.PartsLeft > 0)
        {
            return;
        }

        layer.Bounds = bounds;
        layer.Arrived = fleet.Loop.Now;
        _bytesFetched += _image!.Layers[i].CompressedBytes;
        _node.OnContentArrived(this, _image.Layers[i], layer);
        OnArrived(i);
    }

    private void Clear()
    {
        if (_layers.Length < _count)
        {
            _layers = new LayerProgress[Math.Max(_count, 8)];
        }

        Array.Clear(_layers, 0, _count);
        if (_flows.Length < _count * _partsPerLayer)
        {
            _flows = new FlowId[_layers.Length * _partsPerLayer];
        }

        Array.Clear(_flows);
        (_firstPending, _arrived, _toUnpack, _lastArrival, _tooManyRequests, Places) = (0, 0, 0, 0, 0, 0);
        (_bytesFetched, _bytesArrived, _failedLayer) = (0, 0, -1);
        (_ready, _firstByte, _error) = (null, null, null);
        (_ending, _waitsForUnpack, _failedUnpack) = (false, false, false);
        (UnpackingChain, MostUnpackBytesPerSecond, _unpackRate) = (-1, 0, 0);
        (_next, _unpackEnd) = (default, default);
        _weight = 0;
    }

    private void NextRequest(RequestKind kind)
    {
        _request = kind;
        _tooManyRequests = 0;
        _sent = fleet.Loop.Now;
        SendRequest();
    }

    private void SendRequest()
    {
        bool token = _registry!.Parameters.Token is not null;
        int roundTrips = _request switch
        {
            RequestKind.Connect => _parameters.ConnectRoundTrips + (token ? 1 : 0),
            RequestKind.Token => _registry.Parameters.Token!.RoundTrips,
            _ => 1,
        };
        Answer answer = _registry.Send(_request, roundTrips, _node.AddedRoundTrip);
        _next = answer.Status switch
        {
            AnswerStatus.Hanging => Hold(answer, _sent, Answered, (long)AnswerStatus.Hanging, Repeat, 0),
            // A request that is repeated after an answer is a new one, with the whole time-out again.
            AnswerStatus.TooManyRequests when ++_tooManyRequests < _parameters.Retry.TooManyRequestsAttempts =>
                fleet.Loop.Schedule(_sent = fleet.Loop.Now + answer.Delay + Pause(answer), this, Repeat),
            _ => fleet.Loop.ScheduleAfter(answer.Delay, this, Answered, (long)answer.Status),
        };
    }

    // No answer: the request is handled when the registry answers again, if the client waits that long.
    private EventHandle Hold(in Answer answer, SimTime sent, int timedOut, long timedOutArgument, int repeat, long repeatArgument)
    {
        SimTime resumes = fleet.Loop.Now + answer.Delay;
        SimTime deadline = sent + _parameters.RequestTimeout;
        return resumes <= deadline
            ? fleet.Loop.Schedule(resumes, this, repeat, repeatArgument)
            : fleet.Loop.Schedule(deadline, this, timedOut, timedOutArgument);
    }

    private SimTime Pause(in Answer answer) => _parameters.Retry.HonoursRetryAfter ? answer.RetryAfter : SimTime.Zero;

    private void OnAnswered(AnswerStatus status)
    {
        if (status != AnswerStatus.Ok)
        {
            Fail(ErrorOf(status));
            return;
        }

        switch (_request)
        {
            case RequestKind.Connect when _registry!.Parameters.Token is not null:
                NextRequest(RequestKind.Token);
                break;
            case RequestKind.Connect or RequestKind.Token:
                NextRequest(RequestKind.Resolve);
                break;
            case RequestKind.Resolve when _image is null:
                Fail("not found");
                break;
            case RequestKind.Resolve when _asksRegistry && _node.HasImage(_image!):
                _ending = true;
                _next = fleet.Loop.Schedule(fleet.Loop.Now, this, Ended, (long)PullEnd.AlreadyPresent);
                break;
            case RequestKind.Resolve:
                NextRequest(RequestKind.Manifest);
                break;
            case RequestKind.Manifest:
                NextRequest(RequestKind.Config);
                break;
            default:
                _ready = fleet.Loop.Now;
                _weight = _registry!.NextWeight();
                BeginLayers(LayerProgress.ByManifest);
                break;
        }
    }

    private void MarkBegun(ref LayerProgress layer, int cause)
    {
        if (layer.Begun is null)
        {
            layer.Begun = fleet.Loop.Now;
            layer.Cause = cause;
        }
    }

    private void HoldPlaces(ref LayerProgress layer, int places)
    {
        int change = places - layer.Places;
        layer.Places = places;
        Places += change;
        _node.HoldPlaces(change);
    }

    private void SendLayer(int i)
    {
        ref LayerProgress layer = ref _layers[i];
        Answer answer = _registry!.Send(RequestKind.Layer, 1, _node.AddedRoundTrip);
        layer.Next = answer.Status switch
        {
            AnswerStatus.Hanging => Hold(answer, layer.Sent, LayerAnswered, LayerArgument(i, AnswerStatus.Hanging), LayerRepeat, i),
            AnswerStatus.TooManyRequests when ++layer.TooManyRequests < _parameters.Retry.TooManyRequestsAttempts =>
                fleet.Loop.Schedule(layer.Sent = fleet.Loop.Now + answer.Delay + Pause(answer), this, LayerRepeat, i),
            _ => fleet.Loop.ScheduleAfter(answer.Delay, this, LayerAnswered, LayerArgument(i, answer.Status)),
        };
    }

    private static long LayerArgument(int layer, AnswerStatus status) => ((long)layer << 8) | (long)status;

    private void OnLayerAnswered(int i, AnswerStatus status)
    {
        ref LayerProgress layer = ref _layers[i];
        layer.Next = default;
        layer.TooManyRequests = 0;
        if (status != AnswerStatus.Ok)
        {
            OnLayerFailed(i, ErrorOf(status), mayRepeat: status != AnswerStatus.TooManyRequests);
            return;
        }

        if (!_node.HasRoomFor(_image!.Layers[i].CompressedBytes))
        {
            _failedLayer = i;
            FailForRoom();
            return;
        }

        layer.Status = LayerStatus.Downloading;
        layer.Flowing = fleet.Loop.Now;
        layer.PartsLeft = layer.Places;
        _firstByte ??= fleet.Loop.Now;
        double wireBytes = _image!.Layers[i].CompressedBytes / _parameters.PayloadShare / layer.Places;
        for (int part = 0; part < layer.Places; part++)
        {
            int token = (i * _partsPerLayer) + part;
            _flows[token] = fleet.Network.Start(_node.NetworkNode, _registry!.NetworkIndex, wireBytes, this, token, _weight);
        }
    }

    private void OnLayerFailed(int i, string error, bool mayRepeat)
    {
        ref LayerProgress layer = ref _layers[i];
        if (++layer.Failures >= _parameters.Retry.LayerAttempts || !mayRepeat)
        {
            _failedLayer = i;
            Fail(error);
            return;
        }

        layer.Status = LayerStatus.Requesting;
        SimTime again = fleet.Loop.Now + new SimTime(_parameters.Retry.LayerDelayStep.Nanoseconds * layer.Failures);
        layer.Sent = again;
        layer.Next = fleet.Loop.Schedule(again, this, LayerRepeat, i);
    }
}

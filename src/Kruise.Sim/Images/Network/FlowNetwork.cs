using Kruise.Sim.Engine;

namespace Kruise.Sim.Images.Network;

// The model
//
// Flow f runs from registry r to node n in zone z with weight w. At every moment the rates x are the weighted max-min fair allocation: the feasible one
// (no link above its capacity, no flow above its connection's limit) in which no x/w can be raised without lowering another x/w that is not larger.
// It is unique, and has a simple form: every shared link has a level (infinite when the link is not full), and
//
//     x(f) = min( limit of a connection to r,  w(f) * min( level of r's egress, level of z's uplink, level of n's NIC ) ).
//
// Equal rates. Two nodes of one zone, with equal NICs and as many running flows of every kind (registry, weight), can be exchanged without changing
// the problem; the solution being unique, their flows of one kind have one rate. Such nodes form a group, and a group's flows of one kind a class. Filling
// the levels over classes gives exactly what filling over flows would: this is an identity, not an approximation. A zone whose uplink
// never limits does not tell nodes apart.
//
// Progress. All flows of a class advance alike, so each class keeps one clock V with dV/dt = rate and orders its flows by V-at-finish = V-at-start + bytes
// (processor sharing in virtual time). A change of rate touches one number per class, and no flow. When the set of flows of a node changes
// its kind counts, the node changes group and its own flows change class: bytes left are finish - V, whatever the rates were.
//
// Cost. With n flows of which k on the node concerned, and E classes in G groups: an event costs O(k log n + E + G log G), memory is O(n). E and G count
// distinct signatures in use - kinds of NIC x limiting zones x small counts - and not nodes: two or three for a pool of equal nodes however large. If
// every node has a NIC of its own, there are as many groups as busy nodes; the result is as exact, and an event costs a pass over them. Starts and ends of
// one moment are solved once, and not at all when they leave every node's counts as they were (a layer ends, the next begins).
//
// Numerics. Moments are whole nanoseconds: a flow ends at the first one not before its last byte, and link capacity is idle for the fraction in between.
// Clocks go back to zero when a class empties or passes 4 GiB, which keeps a unit in the last place below 5e-7 bytes. Seconds by cause are
// summed in whole nanoseconds; a finished flow counts for exactly its bytes in what its registry has sent.

/// <summary>Flows that share registries, uplinks and NICs by weighted max-min fairness, in virtual time.</summary>
internal sealed partial class FlowNetwork : IFlowNetwork, IEventTarget
{
    private const int SettleEvent = 1;
    private const int ArrivalEvent = 2;
    private const int NoZone = -1;

    private readonly EventLoop _loop;
    private readonly FlowTable _flows = new();
    private readonly NodeGroupTable _groups;
    private readonly ProgressiveFilling _filling = new();
    private readonly Dictionary<(int Registry, double Weight), int> _kindIndex = [];

    private readonly Column<double> _egressBytesPerSecond = new();
    private readonly Column<double> _uplinkBytesPerSecond = new();
    private readonly Column<FlowKind> _kinds = new();
    private readonly Column<RegistryAccount> _registries = new();
    private readonly Column<Node> _nodes = new();
    private readonly Column<int> _changedNodes = new();
    private readonly Column<KindCount> _counts = new();

    private readonly Column<FlowId> _emptyFlows = new();
    private readonly Column<FlowId> _arrived = new();
    private readonly Column<long> _arrivedSequences = new();

    private long _sequence;
    private SimTime _advancedTo;
    private EventHandle _nextArrival;
    private SimTime _nextArrivalAt;
    private bool _settleRequested;
    private bool _mustSolve;

    public FlowNetwork(EventLoop loop)
    {
        _loop = loop;
        _groups = new NodeGroupTable(_flows);
    }

    public Action? RatesChanged { get; set; }

    public int ActiveFlows { get; private set; }

    /// <summary>Classes in use: what the cost of a solve grows with.</summary>
    internal int ClassesInUse
    {
        get
        {
            int count = 0;
            foreach (NodeGroup group in _groups.InUse)
            {
                count += group.ClassCount;
            }

            return count;
        }
    }

    /// <summary>How many times rates were solved for.</summary>
    internal long Solves { get; private set; }

    public int AddRegistry(double egressBytesPerSecond, double perConnectionBytesPerSecond)
    {
        CheckCapacity(egressBytesPerSecond, nameof(egressBytesPerSecond));
        CheckCapacity(perConnectionBytesPerSecond, nameof(perConnectionBytesPerSecond));
        _egressBytesPerSecond.Add(egressBytesPerSecond);
        return _registries.Add(new RegistryAccount { ConnectionBytesPerSecond = perConnectionBytesPerSecond });
    }

    public int AddZone(double uplinkBytesPerSecond)
    {
        CheckCapacity(uplinkBytesPerSecond, nameof(uplinkBytesPerSecond));
        return _uplinkBytesPerSecond.Add(uplinkBytesPerSecond);
    }

    public int AddNode(int zone, double nicBytesPerSecond)
    {
        CheckCapacity(nicBytesPerSecond, nameof(nicBytesPerSecond));
        int limitingZone = double.IsPositiveInfinity(_uplinkBytesPerSecond[zone]) ? NoZone : zone;
        return _nodes.Add(new Node { Zone = limitingZone, NicBytesPerSecond = nicBytesPerSecond, FirstFlow = Flow.None });
    }

    public void SetRegistryEgress(int registry, double bytesPerSecond)
    {
        CheckCapacity(bytesPerSecond, nameof(bytesPerSecond));
        ref double egress = ref _egressBytesPerSecond[registry];
        if (egress != bytesPerSecond)
        {
            egress = bytesPerSecond;
            _mustSolve = true;
            RequestSettle();
        }
    }

    public FlowId Start(int node, int registry, double bytes, IFlowSink sink, long token, double weight = 1)
    {
        if (!(bytes >= 0) || double.IsPositiveInfinity(bytes))
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "A flow has a finite number of bytes, 0 or more.");
        }

        if (!(weight > 0) || double.IsPositiveInfinity(weight))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is finite and above 0.");
        }

        // The kind first: it checks the registry before anything changes.
        int kind = KindOf(registry, weight);
        ref Node owner = ref _nodes[node];
        FlowId id = _flows.Allocate();
        ref Flow flow = ref _flows[id.Index];
        flow.Sink = sink;
        flow.Token = token;
        flow.Sequence = _sequence++;
        flow.Bytes = bytes;
        flow.Remaining = bytes;
        flow.Node = node;
        flow.Kind = kind;
        ActiveFlows++;
        if (bytes == 0)
        {
            if (_emptyFlows.Count == 0)
            {
                _loop.Schedule(_loop.Now, this, ArrivalEvent);
            }

            _emptyFlows.Add(id);
            return id;
        }

        flow.Next = owner.FirstFlow;
        flow.Previous = Flow.None;
        if (owner.FirstFlow != Flow.None)
        {
            _flows[owner.FirstFlow].Previous = id.Index;
        }

        owner.FirstFlow = id.Index;
        _registries[registry].ActiveFlows++;
        MarkChanged(node);
        return id;
    }

    public double Cancel(FlowId flow)
    {
        if (!_flows.IsCurrent(flow))
        {
            return 0;
        }

        ref Flow cancelled = ref _flows[flow.Index];
        double bytes = cancelled.Bytes;
        double arrived = bytes;
        if (!cancelled.Arrived)
        {
            ActiveFlows--;
            if (bytes > 0)
            {
                Advance();
                cancelled.Class?.Leave(flow.Index);
                arrived = Math.Clamp(bytes - cancelled.Remaining, 0, bytes);
                Detach(flow.Index, arrived);
            }
        }

        _flows.Free(flow.Index);
        return arrived;
    }

    public FlowProgress ProgressOf(FlowId flow)
    {
        if (!_flows.IsCurrent(flow))
        {
            return default;
        }

        ref readonly Flow running = ref _flows[flow.Index];
        BoundNanoseconds bounds = running.Bounds;
        double remaining = running.Arrived ? 0 : running.Remaining;
        if (running.Class is { } ofClass)
        {
            remaining = ofClass.Look(flow.Index, (_loop.Now - _advancedTo).Nanoseconds, ref bounds);
        }

        return new FlowProgress(Math.Clamp(running.Bytes - remaining, 0, running.Bytes), bounds.ToSeconds());
    }

    /// <inheritdoc/>
    /// <remarks>Between a change and the end of its moment: the rate before the change.</remarks>
    public double RegistryRate(int registry) => _registries[registry].BytesPerSecond;

    public double RegistryBytesSent(int registry)
    {
        ref RegistryAccount account = ref _registries[registry];
        long elapsed = (_loop.Now - _advancedTo).Nanoseconds;
        double since = elapsed == 0 ? 0 : account.BytesPerSecond * (elapsed / 1e9);
        return account.EndedFlowsBytes + account.UnderWayBytes + since;
    }

    /// <summary>Bytes per second of a flow as of the last solve; 0 when it does not run.</summary>
    internal double Rate(FlowId flow) => _flows.IsCurrent(flow) ? _flows[flow.Index].Class?.Rate ?? 0 : 0;

    /// <summary>What bounds a flow as of the last solve; null when it does not run.</summary>
    internal FlowBound? Bound(FlowId flow) => _flows.IsCurrent(flow) ? _flows[flow.Index].Class?.Bound : null;

    void IEventTarget.OnEvent(int kind, long argument, object? state)
    {
        if (kind == SettleEvent)
        {
            Settle();
        }
        else
        {
            TellArrivals();
        }
    }

    private static void CheckCapacity(double bytesPerSecond, string name)
    {
        if (!(bytesPerSecond >= 0))
        {
            throw new ArgumentOutOfRangeException(name, bytesPerSecond, "A capacity is 0 or more bytes per second, infinity included.");
        }
    }

    private int KindOf(int registry, double weight)
    {
        if (!_kindIndex.TryGetValue((registry, weight), out int kind))
        {
            kind = _kinds.Add(new FlowKind(registry, weight, _registries[registry].ConnectionBytesPerSecond));
            _kindIndex.Add((registry, weight), kind);
        }

        return kind;
    }

    /// <summary>Takes a flow that has left its class off its node's list and settles its account with the registry.</summary>
    private void Detach(int index, double arrivedBytes)
    {
        ref Flow flow = ref _flows[index];
        if (flow.Previous != Flow.None)
        {
            _flows[flow.Previous].Next = flow.Next;
        }
        else
        {
            _nodes[flow.Node].FirstFlow = flow.Next;
        }

        if (flow.Next != Flow.None)
        {
            _flows[flow.Next].Previous = flow.Previous;
        }

        // What was integrated for the flow goes out as it came in; what is booked instead is exact.
        ref RegistryAccount account = ref _registries[_kinds[flow.Kind].Registry];
        account.UnderWayBytes -= flow.Bytes - flow.Remaining;
        account.EndedFlowsBytes += arrivedBytes;
        if (--account.ActiveFlows == 0)
        {
            account.UnderWayBytes = 0;
        }

        MarkChanged(flow.Node);
    }

    private void MarkChanged(int node)
    {
        ref Node changed = ref _nodes[node];
        if (!changed.IsChanged)
        {
            changed.IsChanged = true;
            _changedNodes.Add(node);
        }

        RequestSettle();
    }

    private void RequestSettle()
    {
        if (!_settleRequested)
        {
            _settleRequested = true;
            _loop.Schedule(_loop.Now, this, SettleEvent, phase: EventPhase.Settle);
        }
    }

    /// <summary>Lets the flows run, at the rates of the last solve, until the present.</summary>
    private void Advance()
    {
        long elapsed = (_loop.Now - _advancedTo).Nanoseconds;
        if (elapsed == 0)
        {
            return;
        }

        _advancedTo = _loop.Now;
        foreach (NodeGroup group in _groups.InUse)
        {
            foreach (FlowClass flowClass in group.Classes)
            {
                flowClass.Advance(elapsed);
            }
        }

        foreach (ref RegistryAccount account in _registries.Span)
        {
            account.UnderWayBytes += account.BytesPerSecond * (elapsed / 1e9);
        }
    }

    /// <summary>Once at the end of a moment in which something changed: regroup, solve, and set the clock to the next arrival.</summary>
    private void Settle()
    {
        _settleRequested = false;
        Advance();
        foreach (int node in _changedNodes.Span)
        {
            Regroup(node);
        }

        _changedNodes.Clear();
        bool areRatesNew = _mustSolve && Solve();
        _mustSolve = false;
        ScheduleNextArrival();
        if (areRatesNew)
        {
            RatesChanged?.Invoke();
        }
    }

    /// <summary>True when the rates are those the moment ends with; flows without any limit end now and leave another solve to do.</summary>
    private bool Solve()
    {
        Solves++;
        bool isFinite = _filling.Solve(_egressBytesPerSecond.Span, _uplinkBytesPerSecond.Span, _kinds.Span, _groups.InUse);
        foreach (ref RegistryAccount account in _registries.Span)
        {
            account.BytesPerSecond = 0;
        }

        foreach (NodeGroup group in _groups.InUse)
        {
            foreach (FlowClass flowClass in group.Classes)
            {
                _registries[flowClass.Registry].BytesPerSecond += flowClass.Count * flowClass.Rate;
            }
        }

        return isFinite;
    }

    /// <summary>Puts a node whose flows changed into the group of its signature, and its flows into the classes there.</summary>
    private void Regroup(int index)
    {
        ref Node node = ref _nodes[index];
        node.IsChanged = false;
        CountKinds(node.FirstFlow);
        NodeGroup? old = node.Group;
        NodeGroup? group = null;
        if (_counts.Count > 0)
        {
            group = old is not null && old.Matches(node.Zone, node.NicBytesPerSecond, _counts.Span)
                ? old
                : _groups.FindOrAdd(node.Zone, node.NicBytesPerSecond, _counts.Span, _kinds.Span);
        }

        if (group != old)
        {
            _mustSolve = true;
            node.Group = group;
            if (group is not null)
            {
                group.Nodes++;
            }
        }

        for (int i = node.FirstFlow; i != Flow.None; i = _flows[i].Next)
        {
            FlowClass? flowClass = _flows[i].Class;
            if (flowClass is not null && group != old)
            {
                flowClass.Leave(i);
                flowClass = null;
            }

            if (flowClass is null)
            {
                group!.ClassOf(_flows[i].Kind).Join(i);
            }
        }

        if (group != old && old is not null && --old.Nodes == 0)
        {
            _groups.Remove(old);
        }
    }

    // Insertion sort: a node runs a handful of flows of one or two kinds.
    private void CountKinds(int firstFlow)
    {
        _counts.Clear();
        for (int i = firstFlow; i != Flow.None; i = _flows[i].Next)
        {
            int kind = _flows[i].Kind;
            int position = 0;
            while (position < _counts.Count && _counts[position].Kind < kind)
            {
                position++;
            }

            if (position < _counts.Count && _counts[position].Kind == kind)
            {
                _counts[position] = new KindCount(kind, _counts[position].Flows + 1);
                continue;
            }

            _counts.Add(default);
            for (int j = _counts.Count - 1; j > position; j--)
            {
                _counts[j] = _counts[j - 1];
            }

            _counts[position] = new KindCount(kind, 1);
        }
    }
}

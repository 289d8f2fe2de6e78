namespace Kruise.Sim.Images.Network;

/// <summary>A registry and a weight: what tells the flows of one node apart.</summary>
internal readonly record struct FlowKind(int Registry, double Weight, double ConnectionBytesPerSecond);

/// <summary>How many flows of a kind run on a node.</summary>
internal readonly record struct KindCount(int Kind, int Flows);

/// <summary>Nodes of one zone with equal NICs and equally many flows of every kind: interchangeable to max-min fairness.</summary>
internal sealed class NodeGroup
{
    private FlowClass[] _classes = new FlowClass[2];

    public int Zone { get; private set; }

    public double NicBytesPerSecond { get; private set; }

    public int Nodes { get; set; }

    /// <summary>Classes in use, by ascending kind.</summary>
    public ReadOnlySpan<FlowClass> Classes => _classes.AsSpan(0, ClassCount);

    public int ClassCount { get; private set; }

    public int Hash { get; private set; }

    public NodeGroup? NextInBucket { get; set; }

    /// <summary>Position among the groups in use.</summary>
    public int Position { get; set; }

    /// <summary>Of one node's NIC, during progressive filling.</summary>
    public LinkFill Nic;

    public void Open(int zone, double nicBytesPerSecond, int hash)
    {
        Zone = zone;
        NicBytesPerSecond = nicBytesPerSecond;
        Hash = hash;
        Nodes = 0;
        ClassCount = 0;
    }

    public void Add(FlowClass flowClass)
    {
        if (ClassCount == _classes.Length)
        {
            Array.Resize(ref _classes, ClassCount * 2);
        }

        _classes[ClassCount++] = flowClass;
    }

    public FlowClass ClassOf(int kind)
    {
        foreach (FlowClass flowClass in Classes)
        {
            if (flowClass.Kind == kind)
            {
                return flowClass;
            }
        }

        throw new InvalidOperationException($"The group has no class of kind {kind}.");
    }

    public bool Matches(int zone, double nicBytesPerSecond, ReadOnlySpan<KindCount> counts)
    {
        if (Zone != zone || NicBytesPerSecond != nicBytesPerSecond || ClassCount != counts.Length)
        {
            return false;
        }

        for (int i = 0; i < counts.Length; i++)
        {
            if (_classes[i].Kind != counts[i].Kind || _classes[i].FlowsPerNode != counts[i].Flows)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The groups in use, found by signature. Groups and classes that empty are kept aside and used again.</summary>
internal sealed class NodeGroupTable(FlowTable flows)
{
    private readonly List<NodeGroup> _inUse = [];
    private readonly Stack<NodeGroup> _spareGroups = new();
    private readonly Stack<FlowClass> _spareClasses = new();
    private readonly FlowHeapPool _heaps = new();
    private NodeGroup?[] _buckets = new NodeGroup?[64];

    /// <summary>In an order that depends on the history of the run alone.</summary>
    public List<NodeGroup> InUse => _inUse;

    public NodeGroup FindOrAdd(int zone, double nicBytesPerSecond, ReadOnlySpan<KindCount> counts, ReadOnlySpan<FlowKind> kinds)
    {
        int hash = Hash(zone, nicBytesPerSecond, counts);
        for (NodeGroup? group = _buckets[hash & (_buckets.Length - 1)]; group is not null; group = group.NextInBucket)
        {
            if (group.Hash == hash && group.Matches(zone, nicBytesPerSecond, counts))
            {
                return group;
            }
        }

        return Add(zone, nicBytesPerSecond, hash, counts, kinds);
    }

    /// <summary>Puts a group that has no node left aside.</summary>
    public void Remove(NodeGroup group)
    {
        ref NodeGroup? link = ref _buckets[group.Hash & (_buckets.Length - 1)];
        if (link == group)
        {
            link = group.NextInBucket;
        }
        else
        {
            NodeGroup previous = link!;
            while (previous.NextInBucket != group)
            {
                previous = previous.NextInBucket!;
            }

            previous.NextInBucket = group.NextInBucket;
        }

        NodeGroup last = _inUse[^1];
        _inUse[group.Position] = last;
        last.Position = group.Position;
        _inUse.RemoveAt(_inUse.Count - 1);
        foreach (FlowClass flowClass in group.Classes)
        {
            flowClass.Close();
            _spareClasses.Push(flowClass);
        }

        _spareGroups.Push(group);
    }

    private NodeGroup Add(int zone, double nicBytesPerSecond, int hash, ReadOnlySpan<KindCount> counts, ReadOnlySpan<FlowKind> kinds)
    {
        if (!_spareGroups.TryPop(out NodeGroup? group))
        {
            group = new NodeGroup();
        }

        group.Open(zone, nicBytesPerSecond, hash);
        foreach (KindCount count in counts)
        {
            if (!_spareClasses.TryPop(out FlowClass? flowClass))
            {
                flowClass = new FlowClass(flows, _heaps);
            }

            flowClass.Open(group, count.Kind, kinds[count.Kind], count.Flows);
            group.Add(flowClass);
        }

        group.Position = _inUse.Count;
        _inUse.Add(group);
        if (_inUse.Count > _buckets.Length)
        {
            _buckets = new NodeGroup?[_buckets.Length * 4];
            foreach (NodeGroup other in _inUse)
            {
                Link(other);
            }
        }
        else
        {
            Link(group);
        }

        return group;
    }

    private void Link(NodeGroup group)
    {
        ref NodeGroup? bucket = ref _buckets[group.Hash & (_buckets.Length - 1)];
        group.NextInBucket = bucket;
        bucket = group;
    }

    // Not System.HashCode, which is seeded by the process; the order of nothing depends on it, but equal runs should do equal work.
    private static int Hash(int zone, double nicBytesPerSecond, ReadOnlySpan<KindCount> counts)
    {
        ulong hash = Mix((ulong)(uint)zone, (ulong)BitConverter.DoubleToInt64Bits(nicBytesPerSecond));
        foreach (KindCount count in counts)
        {
            hash = Mix(hash, ((ulong)(uint)count.Kind << 32) | (uint)count.Flows);
        }

        return (int)(hash >> 32) & int.MaxValue;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        ulong mixed = (hash ^ value) * 0x9E3779B97F4A7C15UL;
        return mixed ^ (mixed >> 29);
    }
}

using System.Diagnostics;

namespace Kruise.Sim.Images.Network;

/// <summary>A link while it is being filled.</summary>
internal struct LinkFill
{
    /// <summary>Bytes per second not yet given away.</summary>
    public double Left;

    /// <summary>Sum of the weights of the flows whose rate is not known yet.</summary>
    public double OpenWeight;

    /// <summary>Classes (a count free of rounding, unlike <see cref="OpenWeight"/>) whose rate is not known yet.</summary>
    public int OpenClasses;

    /// <summary>The level at which the link is full; infinite when nothing more will flow over it.</summary>
    public readonly double Level => OpenClasses == 0 ? double.PositiveInfinity : Math.Max(0, Left) / OpenWeight;

    public void Add(double weight)
    {
        OpenWeight += weight;
        OpenClasses++;
    }

    public void Fix(double bytesPerSecond, double weight)
    {
        Left -= bytesPerSecond;
        OpenWeight -= weight;
        OpenClasses--;
    }
}

/// <summary>
/// Weighted max-min rates by progressive filling (Bertsekas and Gallager, "Data Networks", 2nd edition, section 6.5.2) over classes of flows instead of flows.
/// A common level rises from zero and every open flow has the rate weight x level; whatever is reached first - a full registry, uplink or NIC, or
/// a connection's limit - fixes the flows it holds down, and the level rises on with the rest.
/// </summary>
/// <remarks>
/// With E classes in G groups, R registries, Z zones and K kinds: every registry, zone and kind is reached at most once and then costs a pass over
/// the classes; NICs wait in a heap by level. O(E (R + Z + K) + G log G), and R + Z + K per NIC reached.
/// </remarks>
internal sealed class ProgressiveFilling
{
    /// <summary>Levels nearer to each other than this (relative) are one level: the order of <see cref="FlowBound"/> then says what bounds.</summary>
    private const double TieTolerance = 1e-12;

    private LinkFill[] _registries = [];
    private LinkFill[] _zones = [];
    private LinkFill[] _kinds = [];
    private (double Level, NodeGroup Group)[] _nics = [];
    private int _nicCount;
    private int _openClasses;

    /// <summary>Finds the rate and the bound of every class. True when all rates are finite.</summary>
    public bool Solve(
        ReadOnlySpan<double> egressBytesPerSecond, ReadOnlySpan<double> uplinkBytesPerSecond, ReadOnlySpan<FlowKind> kinds, List<NodeGroup> groups)
    {
        Begin(egressBytesPerSecond, uplinkBytesPerSecond, kinds, groups);
        double level = 0;
        while (_openClasses > 0)
        {
            (double registryLevel, int registry) = Lowest(_registries.AsSpan(0, egressBytesPerSecond.Length));
            (double uplinkLevel, int zone) = Lowest(_zones.AsSpan(0, uplinkBytesPerSecond.Length));
            double nicLevel = LowestNic();
            (double connectionLevel, int kind) = LowestConnection(kinds);
            double lowest = Math.Min(Math.Min(registryLevel, uplinkLevel), Math.Min(nicLevel, connectionLevel));
            if (double.IsPositiveInfinity(lowest))
            {
                FixUnlimited(groups);
                return false;
            }

            double tie = lowest * (1 + TieTolerance);
            if (registryLevel <= tie)
            {
                level = Math.Max(level, registryLevel);
                FixWhere(groups, FlowBound.Registry, registry, level, kinds);
            }
            else if (uplinkLevel <= tie)
            {
                level = Math.Max(level, uplinkLevel);
                FixWhere(groups, FlowBound.Uplink, zone, level, kinds);
            }
            else if (nicLevel <= tie)
            {
                level = Math.Max(level, nicLevel);
                NodeGroup group = _nics[0].Group;
                foreach (FlowClass flowClass in group.Classes)
                {
                    if (flowClass.IsOpen)
                    {
                        Fix(flowClass, FlowBound.Nic, Math.Min(level * flowClass.Weight, kinds[flowClass.Kind].ConnectionBytesPerSecond));
                    }
                }
            }
            else
            {
                level = Math.Max(level, connectionLevel);
                FixWhere(groups, FlowBound.Connection, kind, level, kinds);
            }
        }

        return true;
    }

    private void Begin(
        ReadOnlySpan<double> egressBytesPerSecond, ReadOnlySpan<double> uplinkBytesPerSecond, ReadOnlySpan<FlowKind> kinds, List<NodeGroup> groups)
    {
        Reset(ref _registries, egressBytesPerSecond);
        Reset(ref _zones, uplinkBytesPerSecond);
        if (_kinds.Length < kinds.Length)
        {
            _kinds = new LinkFill[Math.Max(kinds.Length, _kinds.Length * 2)];
        }

        if (_nics.Length < groups.Count)
        {
            _nics = new (double, NodeGroup)[Math.Max(groups.Count, Math.Max(16, _nics.Length * 2))];
        }

        Array.Clear(_kinds);
        _nicCount = 0;
        _openClasses = 0;
        foreach (NodeGroup group in groups)
        {
            group.Nic = new LinkFill { Left = group.NicBytesPerSecond };
            double connections = 0;
            foreach (FlowClass flowClass in group.Classes)
            {
                double weight = flowClass.FlowsPerNode * flowClass.Weight;
                flowClass.IsOpen = true;
                _openClasses++;
                group.Nic.Add(weight);
                _registries[flowClass.Registry].Add(group.Nodes * weight);
                _kinds[flowClass.Kind].Add(group.Nodes * weight);
                if (group.Zone >= 0)
                {
                    _zones[group.Zone].Add(group.Nodes * weight);
                }

                connections += flowClass.FlowsPerNode * kinds[flowClass.Kind].ConnectionBytesPerSecond;
            }

            // A NIC with room for all its connections at their limits is never the first to be full.
            if (double.IsFinite(group.NicBytesPerSecond) && group.NicBytesPerSecond <= connections * (1 + TieTolerance))
            {
                _nics[_nicCount++] = (group.Nic.Level, group);
            }
        }

        for (int i = (_nicCount - 2) >> 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    private static void Reset(ref LinkFill[] links, ReadOnlySpan<double> capacities)
    {
        if (links.Length < capacities.Length)
        {
            links = new LinkFill[Math.Max(capacities.Length, links.Length * 2)];
        }

        for (int i = 0; i < capacities.Length; i++)
        {
            links[i] = new LinkFill { Left = capacities[i] };
        }
    }

    private static (double Level, int Index) Lowest(ReadOnlySpan<LinkFill> links)
    {
        double lowest = double.PositiveInfinity;
        int index = -1;
        for (int i = 0; i < links.Length; i++)
        {
            double level = links[i].Level;
            if (level < lowest)
            {
                (lowest, index) = (level, i);
            }
        }

        return (lowest, index);
    }

    private (double Level, int Index) LowestConnection(ReadOnlySpan<FlowKind> kinds)
    {
        double lowest = double.PositiveInfinity;
        int index = -1;
        for (int i = 0; i < kinds.Length; i++)
        {
            double level = _kinds[i].OpenClasses == 0 ? double.PositiveInfinity : kinds[i].ConnectionBytesPerSecond / kinds[i].Weight;
            if (level < lowest)
            {
                (lowest, index) = (level, i);
            }
        }

        return (lowest, index);
    }

    // The level of a NIC only rises while others fix flows of its node: a stored level is a lower bound, brought up to date when it surfaces.
    private double LowestNic()
    {
        while (_nicCount > 0)
        {
            double level = _nics[0].Group.Nic.Level;
            if (level <= _nics[0].Level)
            {
                return level;
            }

            if (double.IsPositiveInfinity(level))
            {
                _nics[0] = _nics[--_nicCount];
            }
            else
            {
                _nics[0].Level = level;
            }

            SiftDown(0);
        }

        return double.PositiveInfinity;
    }

    private void FixWhere(List<NodeGroup> groups, FlowBound bound, int index, double level, ReadOnlySpan<FlowKind> kinds)
    {
        foreach (NodeGroup group in groups)
        {
            if (bound == FlowBound.Uplink && group.Zone != index)
            {
                continue;
            }

            foreach (FlowClass flowClass in group.Classes)
            {
                bool held = bound switch
                {
                    FlowBound.Registry => flowClass.Registry == index,
                    FlowBound.Connection => flowClass.Kind == index,
                    _ => true,
                };
                if (held && flowClass.IsOpen)
                {
                    double limit = kinds[flowClass.Kind].ConnectionBytesPerSecond;
                    Fix(flowClass, bound, bound == FlowBound.Connection ? limit : Math.Min(level * flowClass.Weight, limit));
                }
            }
        }
    }

    private void Fix(FlowClass flowClass, FlowBound bound, double rate)
    {
        NodeGroup group = flowClass.Group;
        double weight = flowClass.FlowsPerNode * flowClass.Weight;
        double nodeRate = flowClass.FlowsPerNode * rate;
        Debug.Assert(flowClass.Count == group.Nodes * flowClass.FlowsPerNode, "A class holds the flows of all nodes of its group.");
        flowClass.SetRate(rate, bound);
        _openClasses--;
        group.Nic.Fix(nodeRate, weight);
        _registries[flowClass.Registry].Fix(group.Nodes * nodeRate, group.Nodes * weight);
        _kinds[flowClass.Kind].OpenClasses--;
        if (group.Zone >= 0)
        {
            _zones[group.Zone].Fix(group.Nodes * nodeRate, group.Nodes * weight);
        }
    }

    private static void FixUnlimited(List<NodeGroup> groups)
    {
        foreach (NodeGroup group in groups)
        {
            foreach (FlowClass flowClass in group.Classes)
            {
                if (flowClass.IsOpen)
                {
                    flowClass.SetRate(double.PositiveInfinity, FlowBound.Registry);
                }
            }
        }
    }

    private void SiftDown(int position)
    {
        (double Level, NodeGroup Group) entry = _nics[position];
        for (int child = (2 * position) + 1; child < _nicCount; child = (2 * position) + 1)
        {
            if (child + 1 < _nicCount && _nics[child + 1].Level < _nics[child].Level)
            {
                child++;
            }

            if (entry.Level <= _nics[child].Level)
            {
                break;
            }

            _nics[position] = _nics[child];
            position = child;
        }

        _nics[position] = entry;
    }
}

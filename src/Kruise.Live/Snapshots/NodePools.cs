namespace Kruise.Live.Snapshots;

/// <summary>Nodes that are alike, under a name of their own.</summary>
internal sealed record NodePool(string Name, IReadOnlyList<NodeFacts> Nodes)
{
    /// <summary>The first stands for all.</summary>
    public NodeFacts Node => Nodes[0];
}

/// <summary>Groups nodes as a scenario has them.</summary>
internal static class NodePools
{
    // Nodes of a pool are named after it with a number: a name of a host has at most 63 letters.
    private const int LongestName = 40;

    private const int FewNodes = 10;

    // Kubelets of like machines reserve slightly different amounts of memory.
    private const decimal MemoryStep = 128m * 1024 * 1024;

    /// <summary>The pools, the largest first, and the keys of labels that were left out because most nodes have a value of their own.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="ignored">Keys of labels to leave out besides.</param>
    public static (IReadOnlyList<NodePool> Pools, IReadOnlyList<string> LeftOut) Of(IReadOnlyList<NodeFacts> nodes, IReadOnlyCollection<string> ignored)
    {
        string[] leftOut =
        [
            .. nodes.SelectMany(node => node.Labels).GroupBy(label => label.Key, StringComparer.Ordinal)
                .Where(key => ignored.Contains(key.Key, StringComparer.Ordinal) || (key.Count() >= FewNodes && key.Select(label => label.Value).Distinct(StringComparer.Ordinal).Count() * 2 > key.Count()))
                .Select(key => key.Key)
                .Order(StringComparer.Ordinal),
        ];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        List<NodePool> pools =
        [
            .. nodes.Select(node => node with { Labels = [.. node.Labels.Where(label => !leftOut.Contains(label.Key, StringComparer.Ordinal))] })
                .GroupBy(node => node.Group, StringComparer.Ordinal)
                .SelectMany(ByMemory)
                .Select(group => new NodePool("", [.. group.OrderBy(node => node.Name, StringComparer.Ordinal)]))
                .OrderByDescending(pool => pool.Nodes.Count)
                .ThenBy(pool => pool.Node.Name, StringComparer.Ordinal),
        ];
        return ([.. pools.Select(pool => pool with { Name = Unique(NameOf(pool), taken) })], leftOut);
    }

    // What lies within a step of the next is alike, wherever it lies.
    private static IEnumerable<IReadOnlyList<NodeFacts>> ByMemory(IEnumerable<NodeFacts> nodes)
    {
        List<NodeFacts>? pool = null;
        foreach (NodeFacts node in nodes.OrderBy(node => node.Memory))
        {
            if (pool is not null && node.Memory - pool[^1].Memory > MemoryStep)
            {
                yield return pool;
                pool = null;
            }

            (pool ??= []).Add(node);
        }

        if (pool is not null)
        {
            yield return pool;
        }
    }

    /// <summary>A text as a DNS label; empty when nothing of it may stand in one.</summary>
    public static string DnsLabel(string text)
    {
        string label = new string([.. text.ToLowerInvariant().Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '-')]).Trim('-');
        return label.Length > LongestName ? label[..LongestName].TrimEnd('-') : label;
    }

    private static string NameOf(NodePool pool)
    {
        string? label = NodeFacts.PoolLabels.Select(key => pool.Node.Labels.FirstOrDefault(label => label.Key == key).Value).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        string name = DnsLabel(label ?? Prefix(pool));
        return name.Length > 0 ? name : "pool";
    }

    // What the nodes' names begin with, up to where they are numbered.
    private static string Prefix(NodePool pool)
    {
        string common = pool.Nodes.Select(node => node.Name.Split('.')[0]).Aggregate((a, b) => a[..a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count()]);
        return common.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').TrimEnd('-');
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
        {
            unique = $"{name}-{i}";
        }

        return unique;
    }
}

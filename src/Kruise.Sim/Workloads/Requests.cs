using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>
/// What a pod asks for: the sum over its containers, or the largest init container where that is more, as they run one after another before the others
/// (kubernetes
/// documentation, "Init containers: Resources"); and its overhead.
/// </summary>
/// <param name="CpuMillis">CPU in thousandths of a core.</param>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="ScoredCpuMillis">As CPU, with 100 millis for a container that asks for none: what scores are computed from.</param>
/// <param name="ScoredMemoryBytes">As memory, with 200 MB for a container that asks for none.</param>
internal readonly record struct Requests(long CpuMillis, long MemoryBytes, long ScoredCpuMillis, long ScoredMemoryBytes)
{
    // kube-scheduler, util/non_zero.go.
    private const long DefaultCpuMillis = 100;
    private const long DefaultMemoryBytes = 200 * 1024 * 1024;

    public static Requests Of(V1PodSpec spec)
    {
        long cpu = 0, memory = 0, scoredCpu = 0, scoredMemory = 0;
        foreach (V1Container container in spec.Containers)
        {
            long? c = Cpu(container.Resources?.Requests);
            long? m = Memory(container.Resources?.Requests);
            cpu += c ?? 0;
            memory += m ?? 0;
            scoredCpu += c is > 0 ? c.Value : DefaultCpuMillis;
            scoredMemory += m is > 0 ? m.Value : DefaultMemoryBytes;
        }

        foreach (V1Container container in spec.InitContainers ?? [])
        {
            long? c = Cpu(container.Resources?.Requests);
            long? m = Memory(container.Resources?.Requests);
            cpu = Math.Max(cpu, c ?? 0);
            memory = Math.Max(memory, m ?? 0);
            scoredCpu = Math.Max(scoredCpu, c ?? 0);
            scoredMemory = Math.Max(scoredMemory, m ?? 0);
        }

        long moreCpu = Cpu(spec.Overhead) ?? 0;
        long moreMemory = Memory(spec.Overhead) ?? 0;
        return new Requests(cpu + moreCpu, memory + moreMemory, scoredCpu + moreCpu, scoredMemory + moreMemory);
    }

    public static long? Cpu(IDictionary<string, ResourceQuantity>? quantities) =>
        quantities is not null && quantities.TryGetValue("cpu", out ResourceQuantity? cpu) ? (long)Math.Ceiling(cpu.ToDecimal() * 1000) : null;

    public static long? Memory(IDictionary<string, ResourceQuantity>? quantities) =>
        quantities is not null && quantities.TryGetValue("memory", out ResourceQuantity? memory) ? (long)Math.Ceiling(memory.ToDecimal()) : null;

    public static Requests operator +(Requests a, Requests b) =>
        new(a.CpuMillis + b.CpuMillis, a.MemoryBytes + b.MemoryBytes, a.ScoredCpuMillis + b.ScoredCpuMillis, a.ScoredMemoryBytes + b.ScoredMemoryBytes);

    public static Requests operator -(Requests a, Requests b) =>
        new(a.CpuMillis - b.CpuMillis, a.MemoryBytes - b.MemoryBytes, a.ScoredCpuMillis - b.ScoredCpuMillis, a.ScoredMemoryBytes - b.ScoredMemoryBytes);
}

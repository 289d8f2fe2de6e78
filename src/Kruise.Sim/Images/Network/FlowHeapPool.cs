using System.Numerics;

namespace Kruise.Sim.Images.Network;

/// <summary>A flow in the heap of its class, and what the clock of the class will show when it is finished.</summary>
internal readonly record struct FlowHeapEntry(double Finish, int Flow);

/// <summary>
/// Room for heaps, by powers of two. Classes come and go and differ in size; sharing the room keeps a small one from sitting on a large array and a
/// run that has seen its worst from allocating again.
/// </summary>
internal sealed class FlowHeapPool
{
    private const int LeastLength = 4;

    private readonly Stack<FlowHeapEntry[]>[] _byLog2Length = [.. Enumerable.Range(0, 31).Select(_ => new Stack<FlowHeapEntry[]>())];

    /// <summary>Twice the room with the same content; the old array must not be used any more.</summary>
    public FlowHeapEntry[] Grow(FlowHeapEntry[] heap)
    {
        int length = Math.Max(LeastLength, heap.Length * 2);
        if (!_byLog2Length[BitOperations.Log2((uint)length)].TryPop(out FlowHeapEntry[]? larger))
        {
            larger = new FlowHeapEntry[length];
        }

        heap.CopyTo(larger, 0);
        Return(heap);
        return larger;
    }

    public void Return(FlowHeapEntry[] heap)
    {
        if (heap.Length > 0)
        {
            _byLog2Length[BitOperations.Log2((uint)heap.Length)].Push(heap);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Kruise.Sim.Images.Network;

/// <summary>Whole nanoseconds by <see cref="FlowBound"/>. Intervals between events are whole nanoseconds, so the sums are exact.</summary>
[InlineArray(4)]
internal struct BoundNanoseconds
{
    private long _first;

    public readonly FlowBoundSeconds ToSeconds() => new(this[0] / 1e9, this[1] / 1e9, this[2] / 1e9, this[3] / 1e9);

    public void Add(in BoundNanoseconds other)
    {
        for (int i = 0; i < 4; i++)
        {
            this[i] += other[i];
        }
    }

    public void Subtract(in BoundNanoseconds other)
    {
        for (int i = 0; i < 4; i++)
        {
            this[i] -= other[i];
        }
    }
}

/// <summary>A flow, from its start until its sink has heard of its end.</summary>
internal struct Flow
{
    public const int None = -1;

    public IFlowSink? Sink;
    public long Token;

    /// <summary>Flows that end in one moment are told in the order in which they started.</summary>
    public long Sequence;

    public double Bytes;

    /// <summary>Bytes still to come, while the flow is in no class.</summary>
    public double Remaining;

    /// <summary>The class whose clock it runs by; null before it joined one and after its last byte.</summary>
    public FlowClass? Class;

    /// <summary>The nanoseconds so far; while in a class, less what the class had on its account when the flow joined.</summary>
    public BoundNanoseconds Bounds;

    public int Node;
    public int Kind;

    /// <summary>Neighbours in the list of the node's flows; <see cref="Next"/> also chains free slots.</summary>
    public int Next;
    public int Previous;

    public int Generation;

    /// <summary>Whether the last byte has arrived and only the sink is still to be told.</summary>
    public bool Arrived;
}

/// <summary>Slots of flows, recycled; a slot's generation tells a running flow from one that used the slot before.</summary>
internal sealed class FlowTable
{
    private Flow[] _flows = new Flow[256];
    private int _used;
    private int _free = Flow.None;

    /// <summary>Positions of the flows in the heaps of their classes: apart from the flows, since sifting touches little else.</summary>
    public int[] HeapPositions { get; private set; } = new int[256];

    public ref Flow this[int index] => ref _flows[index];

    public FlowId Allocate()
    {
        int index = _free;
        if (index != Flow.None)
        {
            _free = _flows[index].Next;
        }
        else
        {
            if (_used == _flows.Length)
            {
                Array.Resize(ref _flows, _used * 2);
                int[] positions = HeapPositions;
                Array.Resize(ref positions, _used * 2);
                HeapPositions = positions;
            }

            index = _used++;
            _flows[index].Generation = 1;
        }

        return new FlowId(index, _flows[index].Generation);
    }

    public void Free(int index)
    {
        int generation = _flows[index].Generation;
        _flows[index] = new Flow { Generation = generation == int.MaxValue ? 1 : generation + 1, Next = _free };
        _free = index;
    }

    public FlowId IdOf(int index) => new(index, _flows[index].Generation);

    public bool IsCurrent(FlowId id) => !id.IsNone && (uint)id.Index < (uint)_used && _flows[id.Index].Generation == id.Generation;
}

using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <summary>What the container runtimes of all nodes have in common, and the state of ended pulls for those to come.</summary>
internal sealed class RuntimeFleet(EventLoop loop, IFlowNetwork network, ImageCatalog catalog)
{
    private readonly Stack<ActivePull> _spare = [];

    public EventLoop Loop { get; } = loop;

    public IFlowNetwork Network { get; } = network;

    public ImageCatalog Catalog { get; } = catalog;

    /// <summary>Pulls under way on all nodes.</summary>
    public int ActivePulls { get; private set; }

    internal ActivePull Rent()
    {
        ActivePulls++;
        return _spare.TryPop(out ActivePull? pull) ? pull : new ActivePull(this);
    }

    internal void Return(ActivePull pull)
    {
        ActivePulls--;
        _spare.Push(pull);
    }
}

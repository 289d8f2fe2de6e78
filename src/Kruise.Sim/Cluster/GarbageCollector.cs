using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

internal sealed class GarbageCollector(ApiServer server, EventLoop loop, SimTime delay)
{
    internal void OnCommit(Change change)
    {
        _ = (server, loop, delay, change);
    }
}

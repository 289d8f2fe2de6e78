using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>Runs a script on the network under test.</summary>
internal sealed class ScriptedRun : IFlowSink, IEventTarget
{
    private const int StartChain = 1;
    private const int CancelChain = 2;
    private const int ChangeEgress = 3;

    private readonly Script _script;
    private readonly FlowId[] _current;
    private readonly int[] _position;

    public ScriptedRun(Script script)
    {
        _script = script;
        Network = Build(script.Topology, Loop);
        _current = new FlowId[script.Chains.Length];
        _position = new int[script.Chains.Length];
        Results = [.. script.Chains.Select(_ => new ChainResult())];
        for (int i = 0; i < script.Chains.Length; i++)
        {
            Loop.Schedule(new SimTime(script.Chains[i].StartNanoseconds), this, StartChain, i);
            if (script.Chains[i].CancelNanoseconds is { } at)
            {
                Loop.Schedule(new SimTime(at), this, CancelChain, i);
            }
        }

        for (int i = 0; i < script.EgressChanges.Length; i++)
        {
            Loop.Schedule(new SimTime(script.EgressChanges[i].AtNanoseconds), this, ChangeEgress, i);
        }
    }

    public EventLoop Loop { get; } = new();

    public FlowNetwork Network { get; }

    public ChainResult[] Results { get; }

    public static FlowNetwork Build(Topology topology, EventLoop loop)
    {
        var network = new FlowNetwork(loop);
        foreach (RegistrySpec registry in topology.Registries)
        {
            network.AddRegistry(registry.Egress, registry.Connection);
        }

        foreach (double uplink in topology.Uplinks)
        {
            network.AddZone(uplink);
        }

        foreach (NodeSpec node in topology.Nodes)
        {
            network.AddNode(node.Zone, node.Nic);
        }

        return network;
    }

    public void Run()
    {
        while (Loop.Step(SimTime.MaxValue))
        {
        }
    }

    public void OnFlowFinished(long token, in FlowBoundSeconds bounds)
    {
        Results[token].FinishNanoseconds.Add(Loop.Now.Nanoseconds);
        Results[token].Seconds.Add([bounds.Registry, bounds.Uplink, bounds.Nic, bounds.Connection]);
        _position[token]++;
        _current[token] = default;
        StartNext(token);
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        switch (kind)
        {
            case StartChain:
                StartNext(argument);
                break;
            case CancelChain:
                Results[argument].CancelledBytes = Network.Cancel(_current[argument]);
                break;
            case ChangeEgress:
                Network.SetRegistryEgress(_script.EgressChanges[argument].Registry, _script.EgressChanges[argument].Egress);
                break;
        }
    }

    private void StartNext(long index)
    {
        Chain chain = _script.Chains[index];
        if (_position[index] < chain.Bytes.Length)
        {
            _current[index] = Network.Start(chain.Node, chain.Registry, chain.Bytes[_position[index]], this, index, chain.Weight);
        }
    }
}

using CsCheck;
using Xunit;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>Whole runs against stepping every flow from event to event.</summary>
public sealed class FlowRunTests
{
    [Fact]
    public void Every_flow_ends_when_the_naive_model_says() => Generators.Script.Sample(
        script =>
        {
            script = WithRestoredEgress(script);
            ChainResult[] expected = NaiveRun.Run(script);
            var run = new ScriptedRun(script);
            run.Run();
            for (int c = 0; c < expected.Length; c++)
            {
                Assert.Equal(expected[c].FinishNanoseconds.Count, run.Results[c].FinishNanoseconds.Count);
                for (int i = 0; i < expected[c].FinishNanoseconds.Count; i++)
                {
                    long at = expected[c].FinishNanoseconds[i];
                    double tolerance = (1e-9 * at) + run.Loop.Delivered;
                    Assert.Equal(at, run.Results[c].FinishNanoseconds[i], tolerance);
                    for (int bound = 0; bound < 4; bound++)
                    {
                        Assert.Equal(expected[c].Seconds[i][bound], run.Results[c].Seconds[i][bound], 2 * tolerance / 1e9);
                    }
                }

                Assert.Equal(expected[c].CancelledBytes, run.Results[c].CancelledBytes, 1 + (1e-9 * script.Chains[c].Bytes.Max()));
            }
        },
        iter: 300);

    [Fact]
    public void Bytes_are_conserved_and_the_seconds_of_a_flow_sum_to_its_life() => Generators.Script.Sample(
        script =>
        {
            script = WithRestoredEgress(script);
            var run = new ScriptedRun(script);
            run.Run();
            Assert.Equal(0, run.Network.ActiveFlows);
            Assert.Equal(0, run.Network.ClassesInUse);
            Assert.Equal(0, run.Loop.Pending);
            double[] sent = new double[script.Topology.Registries.Length];
            for (int c = 0; c < script.Chains.Length; c++)
            {
                long previous = script.Chains[c].StartNanoseconds;
                for (int i = 0; i < run.Results[c].FinishNanoseconds.Count; i++)
                {
                    long finish = run.Results[c].FinishNanoseconds[i];
                    Assert.Equal((finish - previous) / 1e9, run.Results[c].Seconds[i].Sum(), 1e-12 * Math.Max(1, finish / 1e9));
                    previous = finish;
                }

                sent[script.Chains[c].Registry] +=
                    script.Chains[c].Bytes.Take(run.Results[c].FinishNanoseconds.Count).Sum() + run.Results[c].CancelledBytes;
            }

            for (int r = 0; r < sent.Length; r++)
            {
                Assert.Equal(sent[r], run.Network.RegistryBytesSent(r), 1e-12 * sent[r]);
                Assert.Equal(0, run.Network.RegistryRate(r));
            }
        },
        iter: 500);

    [Fact]
    public void The_same_script_gives_the_same_log() => Generators.Script.Sample(
        script =>
        {
            script = WithRestoredEgress(script);
            var first = new ScriptedRun(script);
            first.Run();
            var second = new ScriptedRun(script);
            second.Run();
            Assert.Equal(first.Loop.Hash, second.Loop.Hash);
        },
        iter: 100);

    private static Script WithRestoredEgress(Script script) => script with
    {
        EgressChanges =
        [
            .. script.EgressChanges,
            .. script.Topology.Registries.Select((r, i) => new EgressChange(11_000_000_000, i, r.Egress)),
        ],
    };
}

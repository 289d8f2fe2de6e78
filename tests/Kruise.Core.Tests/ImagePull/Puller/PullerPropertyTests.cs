using CsCheck;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

/// <summary>
/// Random worlds: specs that change, verdicts, restarts, lost and late writes, conflicts, pulls that fail or hang. The rig checks with
/// every command that no limit is exceeded, that nothing unwanted is pulled, and that there is one write at a time. In the end, when the
/// world has calmed down, every wanted tag must have been reported complete.
/// </summary>
public class PullerPropertyTests
{
    private static readonly Gen<(int Op, double Gap, int Image, int Tag, int Extra)[]> Histories =
        Gen.Select(Gen.Int[0, 11], Gen.Double[0, 20], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 40];

    [Fact]
    public void Every_wanted_tag_completes_and_its_status_is_not_lost() =>
        Gen.Select(Histories, Gen.ULong, Gen.Int[1, 3]).Sample(
            (history, seed, limit) => Run(PullerOptions.Default with { MaxConcurrentPulls = limit }, history, seed), iter: 300);

    [Fact]
    public void The_same_holds_for_the_preset_of_v0_8_0() =>
        Gen.Select(Histories, Gen.ULong).Sample((history, seed) => Run(PullerOptions.OpenKruise08, history, seed), iter: 200);

    [Fact]
    public void The_same_history_gives_the_same_commands() =>
        Gen.Select(Histories, Gen.ULong).Sample(
            (history, seed) => Assert.Equal(Print(Run(PullerOptions.Default, history, seed)), Print(Run(PullerOptions.Default, history, seed))), iter: 50);

    private static string[] Print(PullerRig rig) => [.. rig.Log.Select(l => $"{l.Seconds:R} {l.Command}")];

    private static PullerRig Run(PullerOptions options, (int Op, double Gap, int Image, int Tag, int Extra)[] history, ulong seed)
    {
        var random = RandomStream.Named(seed, "world");
        var rig = new PullerRig(options, seed);
        bool calm = false;
        DateTime lastDelivery = PullerRig.T0;
        rig.WriteDelay = () => TimeSpan.FromMilliseconds(random.Next(800));
        rig.WatchDelay = () =>
        {
            // A watch delivers in order.
            DateTime at = rig.Now.AddMilliseconds(random.Next(1500));
            lastDelivery = at > lastDelivery ? at : lastDelivery.AddTicks(1);
            return lastDelivery - rig.Now;
        };
        rig.WriteFault = () => (!calm && random.Next(4) == 0, random.Next(2) == 0);
        rig.ConflictGivesNewest = seed % 2 == 0;
        rig.Runtime = _ => random.Next(6) switch
        {
            0 => (null, default), // hangs until it is stopped
            1 or 2 => (random.NextDouble() * 30, PullOutcome.Failed("503")),
            3 => (0.01, PullOutcome.AlreadyPresent("sha256:1")),
            _ => (random.NextDouble() * 30, PullOutcome.Pulled("sha256:1")),
        };

        var wanted = new Dictionary<string, SortedDictionary<string, ImageTagSpec>>();
        rig.Want();
        double now = 0;
        foreach ((int op, double gap, int image, int tag, int extra) in history)
        {
            rig.RunTo(now += gap);
            string name = "image" + image, tagName = "t" + tag;
            var tags = wanted.TryGetValue(name, out var held) ? held : wanted[name] = new(StringComparer.Ordinal);
            switch (op)
            {
                case < 6:
                    long version = tags.TryGetValue(tagName, out ImageTagSpec? old) ? old.Version + 1 : (rig.Status(name, tagName)?.Version + 1 ?? 0);
                    tags[tagName] = PullerRig.Tag(tagName, version, now, timeout: 20, backoffLimit: extra, deadline: extra == 0 ? 60 : null);
                    Put(rig, wanted);
                    break;
                case 6:
                    tags.Remove(tagName);
                    Put(rig, wanted);
                    break;
                case 7:
                    wanted.Remove(name);
                    Put(rig, wanted);
                    break;
                case 8 when tags.TryGetValue(tagName, out ImageTagSpec? judged) && rig.Status(name, tagName) is not { CompletionTime: not null }:
                    rig.Tell(
                        new ImageTagStatus
                        {
                            Tag = tagName,
                            Version = judged.Version,
                            Phase = ImagePullPhase.Failed,
                            CompletionTime = PullerRig.T0.AddSeconds(Math.Floor(now)),
                            Message = "verdict",
                        },
                        name);
                    break;
                case 9:
                    rig.Touch();
                    break;
                case 10:
                    rig.RestartDaemon();
                    break;
                case 11:
                    rig.Remove();
                    rig.RunTo(now += 0.5);
                    Put(rig, wanted);
                    break;
            }
        }

        calm = true;

        // A puller that polls looks at what it sent: what another wrote into a status that it has nothing to say of is taken back by its refresh.
        TimeSpan rest = options.Polling is null ? TimeSpan.FromSeconds(1500) : options.RefreshInterval + options.RefreshJitter + TimeSpan.FromMinutes(30);
        rig.RunTo(now + rest.TotalSeconds);

        NodeImage end = rig.Stored!;
        var expected = wanted.SelectMany(i => i.Value.Values.Select(t => (i.Key, t.Tag, t.Version))).Order().ToList();
        var told = (end.Status.ImageStatuses ?? new Dictionary<string, ImageStatus>())
            .SelectMany(i => i.Value.Tags.Select(t => (i.Key, t.Tag, t.Version))).Order().ToList();
        Assert.Equal(expected, told);
        Assert.Equal(expected.Count, end.Status.Desired);
        Assert.Equal(expected.Count, end.Status.Succeeded + end.Status.Failed);
        Assert.Equal(0, end.Status.Pulling);
        Assert.All(end.Status.ImageStatuses?.Values ?? [], i => Assert.All(i.Tags, t => Assert.NotNull(t.CompletionTime)));
        Assert.Empty(rig.Running);
        return rig;
    }

    private static void Put(PullerRig rig, Dictionary<string, SortedDictionary<string, ImageTagSpec>> wanted) =>
        rig.WantImages(wanted.Where(i => i.Value.Count > 0).ToDictionary(i => i.Key, i => new ImageSpec { Tags = [.. i.Value.Values] }));
}

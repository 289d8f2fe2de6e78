using k8s;
using k8s.Models;
using Kruise.Sim.Cluster;
using Xunit;

namespace Kruise.Sim.Tests.Cluster.Conformance;

/// <summary>Plays the steps of a case and holds every answer against its expectation.</summary>
internal static class ConformanceRunner
{
    public static async Task RunAsync(ConformanceCase row, IApiUnderTest api)
    {
        var known = new Known();
        for (int i = 0; i < row.Steps.Count; i++)
        {
            string where = $"{row.Title}, step {i + 1}";
            switch (row.Steps[i])
            {
                case Step.Send send:
                    IKubernetesObject<V1ObjectMeta> obj = send.Object(known);
                    ApiAnswer sent = send.Verb switch
                    {
                        ApiVerb.Create => await api.CreateAsync(obj),
                        ApiVerb.Update => await api.UpdateAsync(obj),
                        _ => await api.UpdateStatusAsync(obj),
                    };
                    Check(where, sent, send.Expect, known);
                    break;
                case Step.Delete delete:
                    Check(where, await api.DeleteAsync(delete.Kind, Known.KeyOf(delete.Kind, delete.Name), delete.Options(known)), delete.Expect, known);
                    break;
                case Step.Get get:
                    Check(where, await api.GetAsync(get.Kind, Known.KeyOf(get.Kind, get.Name)), get.Expect, known);
                    break;
                case Step.List list:
                    (IReadOnlyList<string> names, known.ListRevision) = await api.ListAsync(list.Kind);
                    Assert.Equal(list.Names, names);
                    break;
                case Step.Watch watch:
                    ApiAnswer started = await api.WatchAsync(
                        watch.Stream, watch.Kind, watch.Name is null ? null : Known.KeyOf(watch.Kind, watch.Name), watch.From(known));
                    Assert.True(watch.Code == started.Code, $"{where}: watch answered {started.Code}, not {watch.Code}");
                    break;
                case Step.Events events:
                    IReadOnlyList<GatheredEvent> gathered = await api.EventsAsync(events.Stream);
                    string[] lines = [.. gathered.Select(e => $"{e.Type.ToString().ToUpperInvariant()} {e.Name}")];
                    Assert.Equal(events.Expected, lines.Take(events.Initial).Order(StringComparer.Ordinal).Concat(lines.Skip(events.Initial)));
                    IEnumerable<long> revisions = gathered.Skip(events.Initial).Select(e => e.Revision);
                    Assert.True(revisions.Zip(revisions.Skip(1)).All(p => p.First < p.Second), $"{where}: revisions do not rise");
                    Assert.True(events.Holds is null || events.Holds(gathered, known), $"{where}: the events are not as expected");
                    break;
                case Step.Compact:
                    await api.CompactAsync();
                    break;
                default:
                    await api.SettleAsync();
                    break;
            }
        }
    }

    private static void Check(string where, ApiAnswer answer, Expectation expected, Known known)
    {
        Assert.True(expected.Code == answer.Code, $"{where}: {answer.Code} {answer.Reason}, not {expected.Code}");
        Assert.True(expected.Reason == answer.Reason, $"{where}: reason '{answer.Reason}', not '{expected.Reason}'");
        if (answer.Object is not { } obj)
        {
            Assert.True(expected is { Revision: RevisionChange.Any, Generation: null, Facts: [] }, $"{where}: no object to look at");
            return;
        }

        IKubernetesObject<V1ObjectMeta>? before = known.Find(obj.GetType(), obj.Metadata.Name);
        if (expected.Revision != RevisionChange.Any)
        {
            Assert.True(before is not null, $"{where}: no earlier state");
            long difference = ApiServer.RevisionOf(obj) - ApiServer.RevisionOf(before);
            Assert.True(expected.Revision == RevisionChange.Same ? difference == 0 : difference > 0, $"{where}: resourceVersion moved by {difference}");
        }

        if (expected.Generation is { } generation)
        {
            Assert.True(generation == obj.Metadata.Generation, $"{where}: generation {obj.Metadata.Generation}, not {generation}");
        }

        foreach ((string name, Func<IKubernetesObject<V1ObjectMeta>, Known, bool> holds) in expected.Facts)
        {
            Assert.True(holds(obj, known), $"{where}: not so: {name}");
        }

        known.Add(obj);
    }
}

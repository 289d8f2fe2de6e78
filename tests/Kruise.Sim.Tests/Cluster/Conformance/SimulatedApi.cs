using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Tests.Cluster.Conformance;

/// <summary>The model behind the interface of the conformance cases.</summary>
internal sealed class SimulatedApi : IApiUnderTest, IWatchSink
{
    private readonly EventLoop _loop = new();
    private readonly Dictionary<WatchStream, List<GatheredEvent>> _gathered = [];
    private readonly Dictionary<string, WatchStream> _streams = [];

    public SimulatedApi() => Server = new ApiServer(_loop, RandomStream.Named(1, "api"), StandardKinds.Registry());

    public ApiServer Server { get; }

    public ValueTask<ApiAnswer> CreateAsync(IKubernetesObject<V1ObjectMeta> obj) => Answer(Server.Create(obj));

    public ValueTask<ApiAnswer> UpdateAsync(IKubernetesObject<V1ObjectMeta> obj) => Answer(Server.Update(obj));

    public ValueTask<ApiAnswer> UpdateStatusAsync(IKubernetesObject<V1ObjectMeta> obj) => Answer(Server.UpdateStatus(obj));

    public ValueTask<ApiAnswer> DeleteAsync(Type kind, ObjectKey key, DeleteOptions options) => Answer(Server.Delete(kind, key, options));

    public ValueTask<ApiAnswer> GetAsync(Type kind, ObjectKey key) => Answer(Server.Get(kind, key));

    public ValueTask<(IReadOnlyList<string> Names, long Revision)> ListAsync(Type kind)
    {
        ApiList list = Server.List(kind);
        return new((list.Items.Select(obj => obj.Metadata.Name).ToArray(), list.Revision));
    }

    public ValueTask<ApiAnswer> WatchAsync(string watch, Type kind, ObjectKey? key, long fromRevision)
    {
        ApiResult result = Server.Watch(kind, key, fromRevision, static () => SimTime.FromMilliseconds(3), this, out WatchStream? stream);
        if (stream is not null)
        {
            _streams.Add(watch, stream);
            _gathered.Add(stream, []);
        }

        return Answer(result);
    }

    public ValueTask<IReadOnlyList<GatheredEvent>> EventsAsync(string watch) => new(_gathered[_streams[watch]]);

    public ValueTask CompactAsync()
    {
        Server.Compact(Server.Revision);
        return default;
    }

    public ValueTask SettleAsync()
    {
        while (_loop.Step(SimTime.MaxValue))
        {
        }

        Server.VerifyUnchanged();
        return default;
    }

    void IWatchSink.OnWatchEvent(WatchStream watch, in WatchEvent watchEvent) =>
        _gathered[watch].Add(new GatheredEvent(watchEvent.Type, watchEvent.New!.Metadata.Name, watchEvent.Revision, watchEvent.New));

    private static ValueTask<ApiAnswer> Answer(ApiResult result) => new(new ApiAnswer(result.Code, result.Reason, result.Object));
}

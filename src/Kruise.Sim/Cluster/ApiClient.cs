using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>Hears the answers to a client's requests.</summary>
internal interface IApiCallback
{
    void OnApiResult(long token, Write write, in ApiResult result);
}

/// <summary>
/// A client of the API server with its own rate limit. A request waits for the limit, travels for half of the drawn latency, is decided by the server at that
/// moment or when its webhooks have answered, and its answer travels for the other half.
/// </summary>
internal sealed class ApiClient(EventLoop loop, ApiServer server, TokenBucket limit, LatencyDistribution latency, RandomStream random)
    : IEventTarget, IAdmittedCallback
{
    private const int Arrive = 0;
    private const int Answer = 1;

    private readonly Stack<Request> _free = new();

    /// <summary>Sends a write; the callback hears of the answer at a later event.</summary>
    public void Send(Write write, IApiCallback callback, long token)
    {
        Request request = _free.TryPop(out Request? pooled) ? pooled : new Request();
        SimTime sent = SimTime.Max(loop.Now, SimTime.FromDateTime(limit.Reserve(loop.Now.ToDateTime())));
        SimTime drawn = latency.Sample(random);
        request.Write = write;
        request.Callback = callback;
        request.Token = token;
        request.HalfWay = new SimTime(drawn.Nanoseconds / 2);
        loop.Schedule(sent + request.HalfWay, this, Arrive, 0, request);
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        var request = (Request)state!;
        if (kind == Arrive)
        {
            if (server.Webhooks?.TryBegin(request.Write!, this, request) != true)
            {
                OnDecided(request, Execute(request.Write!));
            }

            return;
        }

        Write write = request.Write!;
        IApiCallback callback = request.Callback!;
        ApiResult result = request.Result;
        long token = request.Token;
        request.Write = null;
        request.Callback = null;
        request.Result = default;
        _free.Push(request);
        callback.OnApiResult(token, write, result);
    }

    public void OnDecided(object? state, in ApiResult result)
    {
        var request = (Request)state!;
        request.Result = result;
        loop.ScheduleAfter(request.HalfWay, this, Answer, 0, request);
    }

    private ApiResult Execute(Write write) => write switch
    {
        Write.Create create => server.Create(create.Object),
        Write.Update update => server.Update(update.Object),
        Write.UpdateStatus status => server.UpdateStatus(status.Object),
        Write.Delete delete => server.Delete(delete.Kind, delete.Key, new DeleteOptions(delete.Uid)),
        _ => throw new ArgumentOutOfRangeException(nameof(write), write, "Not a write of an object."),
    };

    private sealed class Request
    {
        public Write? Write { get; set; }

        public IApiCallback? Callback { get; set; }

        public long Token { get; set; }

        public SimTime HalfWay { get; set; }

        public ApiResult Result { get; set; }
    }
}

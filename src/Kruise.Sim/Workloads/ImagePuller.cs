using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>
/// How a kubelet gets images (pkg/kubelet/images): looks by <c>imagePullPolicy</c>, keeps a back-off for each pod and image, lets pulls through one by one
/// or so many at
/// a time, and asks the limit on pulls a second when a pull's turn comes; above the limit the pull fails at once.
/// </summary>
/// <remarks>
/// With a policy of Always the registry is asked although the image is there, and nothing is fetched. A pull of something that another pull of the node
/// fetches shares
/// its layers in the runtime.
/// </remarks>
internal sealed class ImagePuller : IPullSink
{
    private readonly Kubelet _kubelet;
    private readonly Queue<Request> _queue = new();
    private readonly Dictionary<long, Request> _active = [];
    private TokenBucket? _limit;
    private long _tokens;

    public ImagePuller(Kubelet kubelet)
    {
        _kubelet = kubelet;
        NewLimit();
    }

    /// <summary>Pulls that wait for their turn.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Gets a container its image; the worker hears of the outcome, perhaps from within this call.</summary>
    public void Get(PodWorker worker, ContainerRun run)
    {
        KnownImage image = _kubelet.World.Image(run.Spec.Image);
        if (image.Reference is null)
        {
            worker.OnImage(run, "InvalidImageName", $"couldn't parse image reference \"{run.Spec.Image}\"", retryAt: null);
            return;
        }

        bool present = _kubelet.Runtime.Has(image.Reference);
        _kubelet.World.Observer?.ImageWanted(worker.Pod, run.Spec.Name, run.Spec.Image, present);
        if (present && run.Spec.ImagePullPolicy != "Always")
        {
            worker.OnImage(run, null, null, retryAt: null);
            return;
        }

        if (run.Spec.ImagePullPolicy == "Never")
        {
            worker.OnImage(run, "ErrImageNeverPull", $"Container image \"{run.Spec.Image}\" is not present with pull policy of Never", retryAt: null);
            return;
        }

        SimTime now = _kubelet.World.Loop.Now;
        if (worker.ImageBackOff(run.Spec.Image).EndsSinceUpdate(now, _kubelet.Parameters.BackOffMax) is { } ends && now < ends)
        {
            worker.OnImage(run, "ImagePullBackOff", $"Back-off pulling image \"{run.Spec.Image}\"", ends);
            return;
        }

        _queue.Enqueue(new Request(worker, run, image, now));
        Pump();
    }

    public void OnPullEnded(long token, PullResult result)
    {
        _active.Remove(token, out Request? request);
        End(request!, result, result.End == PullEnd.Failed ? result.Error ?? "the runtime gave no reason" : null);
        Pump();
    }

    public void OnPullProgress(long token, int percent)
    {
        // A kubelet does not look at progress.
    }

    /// <summary>Ends everything under way, as the death of the node does.</summary>
    public void Stop()
    {
        foreach (long token in _active.Keys.Order())
        {
            _kubelet.Runtime.Stop(token);
        }

        _active.Clear();
        _queue.Clear();
        NewLimit();
    }

    private void NewLimit() => _limit = _kubelet.Parameters.RegistryPullQps > 0
        ? new TokenBucket(_kubelet.Parameters.RegistryPullQps, _kubelet.Parameters.RegistryBurst)
        : null;

    private void Pump()
    {
        KubeletParameters parameters = _kubelet.Parameters;
        int atOnce = parameters.SerializeImagePulls ? 1 : parameters.MaxParallelImagePulls ?? int.MaxValue;
        while (_active.Count < atOnce && _queue.TryDequeue(out Request? request))
        {
            if (request.Worker.IsGone)
            {
                continue;
            }

            SimTime now = _kubelet.World.Loop.Now;
            if (_limit is not null && !_limit.TryTake(now.ToDateTime()))
            {
                End(request, null, "pull QPS exceeded");
                continue;
            }

            // The daemon's pulls on the same runtime have tokens above zero.
            long token = --_tokens;
            _active.Add(token, request);
            _kubelet.World.Observer?.PullStarted(request.Worker.Pod, request.Run.Spec.Name, now - request.Asked);
            _kubelet.Runtime.Pull(request.Image.Reference!, this, token, asksRegistry: true);
        }
    }

    private void End(Request request, PullResult? result, string? error)
    {
        PodWorker worker = request.Worker;
        if (worker.IsGone)
        {
            return;
        }

        _kubelet.World.Observer?.PullEnded(worker.Pod, request.Run.Spec.Name, result, error);
        if (error is null)
        {
            worker.OnImage(request.Run, null, null, retryAt: null);
            return;
        }

        SimTime now = _kubelet.World.Loop.Now;
        ref BackOff backOff = ref worker.ImageBackOff(request.Image.Name);
        backOff.Next(now, now, _kubelet.Parameters.BackOffInitial, _kubelet.Parameters.BackOffMax);
        string message = result is null ? error : $"failed to pull and unpack image \"{request.Image.Reference}\": {error}";
        worker.OnImage(request.Run, "ErrImagePull", message, now + backOff.Length);
    }

    private sealed record Request(PodWorker Worker, ContainerRun Run, KnownImage Image, SimTime Asked);
}

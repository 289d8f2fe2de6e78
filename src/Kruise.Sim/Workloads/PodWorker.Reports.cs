using k8s.Models;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

// What the API server gets to hear: kubelet's status manager. One request at a time for a pod, the newest status when its turn comes, none when nothing
// changed.
internal sealed partial class PodWorker
{
    private DateTime? _startTime;
    private V1PodStatus? _wanted;
    private V1PodStatus? _sent;
    private V1PodStatus? _travelling;
    private bool _wantsRemoval;
    private bool _isReporting;
    private EventHandle _report;
    private ApiResult _answer;

    /// <summary>Makes the status that should be known and sends it on; <paramref name="anew"/> looks at all containers, otherwise only readiness has
    /// changed.</summary>
    private void Report(bool anew)
    {
        if (anew)
        {
            foreach (ContainerRun run in _runs)
            {
                See(run);
            }
        }
        else if (_wanted is null)
        {
            return;
        }

        V1PodStatus status = BuildStatus();
        if (_wanted is null || !PodRules.SameStatus(_wanted, status))
        {
            _wanted = status;
            PumpReports();
        }
    }

    private void PumpReports()
    {
        if (_isReporting)
        {
            return;
        }

        if (!ReferenceEquals(_wanted, _sent))
        {
            // The status manager of 1.20 reads the pod, then patches its status: two requests.
            _isReporting = true;
            SimTime begin = _kubelet.ReserveRequests(2);
            _report = _world.Loop.Schedule(begin + _world.ApiLatency.Sample(_kubelet.Random) + HalfLatency(), this, StatusArrives);
        }
        else if (_wantsRemoval)
        {
            _isReporting = true;
            _report = _world.Loop.Schedule(_kubelet.ReserveRequests(1) + HalfLatency(), this, DeleteArrives);
        }
    }

    private SimTime HalfLatency() => new(_world.ApiLatency.Sample(_kubelet.Random).Nanoseconds / 2);

    private void OnReportEvent(int kind)
    {
        _report = default;
        switch (kind)
        {
            case StatusArrives:
                _travelling = _wanted;
                _answer = _world.Server.PatchStatus<V1Pod>(Key, Merge, Uid);
                _report = _world.Loop.ScheduleAfter(HalfLatency(), this, StatusAnswered);
                break;
            case StatusAnswered:
                _isReporting = false;
                if (_answer.Succeeded || _answer.IsNotFound || _answer.IsConflict)
                {
                    // A pod that is gone, or another one under its name, needs no status of this one.
                    _sent = _travelling;
                }

                _answer = default;
                PumpReports();
                break;
            case DeleteArrives:
                _answer = _world.Server.Delete(typeof(V1Pod), Key, new DeleteOptions(Uid, GraceSeconds: 0));
                _report = _world.Loop.ScheduleAfter(HalfLatency(), this, DeleteAnswered);
                break;
            default:
                (_isReporting, _wantsRemoval, _answer) = (false, false, default);
                PumpReports();
                break;
        }
    }

    private void ForgetReports() => (_wanted, _sent, _travelling, _wantsRemoval, _isReporting, _answer) = (null, null, null, false, false, default);

    /// <summary>The stored pod with the kubelet's part of its status: conditions of others stay as they are.</summary>
    private V1Pod Merge(V1Pod stored)
    {
        V1PodStatus status = _travelling!;
        IList<V1PodCondition>? conditions = stored.Status?.Conditions;
        foreach (V1PodCondition own in status.Conditions)
        {
            conditions = PodConditions.With(conditions, own.Type, own.Status, own.Reason, own.Message, own.LastTransitionTime!.Value);
        }

        return stored with { Status = status with { Conditions = conditions, NominatedNodeName = stored.Status?.NominatedNodeName } };
    }
}

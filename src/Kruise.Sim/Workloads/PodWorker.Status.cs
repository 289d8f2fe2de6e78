using System.Globalization;
using k8s.Models;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

// The status of a pod from its containers (kubelet_pods.go, pkg/kubelet/status/generate.go).
internal sealed partial class PodWorker
{
    private static readonly V1ContainerState Creating = new() { Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating" } };
    private static readonly V1ContainerState Initializing = new() { Waiting = new V1ContainerStateWaiting { Reason = "PodInitializing" } };
    private static readonly V1ContainerState NoState = new();

    private static DateTime WholeSeconds(SimTime time)
    {
        DateTime date = time.ToDateTime();
        return date.AddTicks(-(date.Ticks % TimeSpan.TicksPerSecond));
    }

    private V1ContainerState Terminated(ContainerRun run) => new()
    {
        Terminated = new V1ContainerStateTerminated
        {
            ContainerID = ContainerId(run),
            ExitCode = run.ExitCode,
            Reason = run.ExitCode == 0 ? "Completed" : "Error",
            StartedAt = WholeSeconds(run.StartedAt),
            FinishedAt = WholeSeconds(run.EndedAt),
        },
    };

    private string ContainerId(ContainerRun run) =>
        string.Create(CultureInfo.InvariantCulture, $"containerd://{Uid}/{run.Spec.Name}/{run.Starts - 1}");

    private void See(ContainerRun run)
    {
        run.SeenRunning = run.State == RunState.Running;
        V1ContainerState state = run.State switch
        {
            RunState.Running => new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = WholeSeconds(run.StartedAt) } },
            _ when run.WaitingReason is { } reason =>
                new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = run.WaitingMessage } },
            RunState.Ended => Terminated(run),
            _ => _initCount > 0 ? Initializing : Creating,
        };
        bool endedAndWaits = run.State == RunState.Ended && state.Waiting is not null;
        run.Seen = new V1ContainerStatus
        {
            Name = run.Spec.Name,
            Image = run.Image ?? run.Spec.Image,
            ImageID = run.ImageId,
            ContainerID = run.Starts == 0 ? null : ContainerId(run),
            RestartCount = Math.Max(0, run.Starts - 1),
            Started = run.SeenRunning,
            State = state,
            LastState = endedAndWaits ? Terminated(run) : run.Last ?? NoState,
        };
    }

    private V1PodStatus BuildStatus()
    {
        DateTime now = _world.NowInWholeSeconds();
        V1ContainerStatus[] init = new V1ContainerStatus[_initCount];
        V1ContainerStatus[] main = new V1ContainerStatus[_runs.Length - _initCount];
        string? unready = null;
        string? incomplete = null;
        foreach (ContainerRun run in _runs)
        {
            V1ContainerStatus seen = run.Seen!;
            bool ready = run.IsInit ? seen.State.Terminated is { ExitCode: 0 } : run.SeenRunning && run.IsReady;
            V1ContainerStatus status = ready ? seen with { Ready = true } : seen;
            if (run.IsInit)
            {
                init[run.Index] = status;
                incomplete = ready ? incomplete : Join(incomplete, seen.Name);
            }
            else
            {
                main[run.Index - _initCount] = status;
                unready = ready ? unready : Join(unready, seen.Name);
            }
        }

        string phase = Phase(init, main);
        bool finished = phase is "Succeeded" or "Failed";
        (string Status, string? Reason, string? Message) initialized = incomplete is null || phase == "Succeeded"
            ? ("True", finished ? "PodCompleted" : null, null)
            : ("False", "ContainersNotInitialized", $"containers with incomplete status: [{incomplete}]");
        (string Status, string? Reason, string? Message) containers = finished ? ("False", "PodCompleted", null)
            : unready is null ? ("True", null, null)
            : ("False", "ContainersNotReady", $"containers with unready status: [{unready}]");
        (string Status, string? Reason, string? Message) ready2 = containers.Status == "True" && OpenGates() is { } gates
            ? ("False", "ReadinessGatesNotReady", gates)
            : containers;
        return new V1PodStatus
        {
            Phase = phase,
            Reason = _failed?.Reason,
            Message = _failed?.Message,
            StartTime = _startTime,
            HostIP = _kubelet.HostAddress,
            PodIP = _hasAddress ? _address : null,
            QosClass = _qos ??= QosClasses.Of(Pod.Spec),
            ContainerStatuses = main,
            InitContainerStatuses = _initCount == 0 ? null : init,
            Conditions =
            [
                Condition("Initialized", initialized, now),
                Condition("Ready", ready2, now),
                Condition("ContainersReady", containers, now),
                Condition("PodScheduled", ("True", null, null), now),
            ],
        };
    }

    private string? _qos;

    private V1PodCondition Condition(string type, in (string Status, string? Reason, string? Message) value, DateTime now)
    {
        V1PodCondition? before = PodConditions.Find(_wanted?.Conditions, type);
        return before is not null && before.Status == value.Status && before.Reason == value.Reason && before.Message == value.Message
            ? before
            : new V1PodCondition
            {
                Type = type,
                Status = value.Status,
                Reason = value.Reason,
                Message = value.Message,
                LastTransitionTime = before?.Status == value.Status ? before.LastTransitionTime : now,
            };
    }

    private string? OpenGates()
    {
        string? open = null;
        foreach (V1PodReadinessGate gate in Pod.Spec.ReadinessGates ?? [])
        {
            V1PodCondition? condition = PodConditions.Find(Pod.Status?.Conditions, gate.ConditionType);
            if (condition?.Status != "True")
            {
                string problem = condition is null
                    ? $"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist."
                    : $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {condition.Status}";
                open = open is null ? problem : open + ", " + problem;
            }
        }

        return open;
    }

    private string Phase(V1ContainerStatus[] init, V1ContainerStatus[] main)
    {
        if (_failed is not null)
        {
            return "Failed";
        }

        // What has ended stays so, whatever its containers look like afterwards.
        if (Pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return Pod.Status.Phase;
        }

        foreach (V1ContainerStatus status in init)
        {
            if (status.State.Terminated is { ExitCode: not 0 } && RestartPolicy == "Never")
            {
                return "Failed";
            }
        }

        int waiting = 0;
        int running = 0;
        int ended = 0;
        int succeeded = 0;
        foreach (V1ContainerStatus status in main)
        {
            if (status.State.Running is not null)
            {
                running++;
            }
            else if (status.State.Terminated is { } terminated)
            {
                ended++;
                succeeded += terminated.ExitCode == 0 ? 1 : 0;
            }
            else if (status.LastState.Terminated is not null)
            {
                ended++;
            }
            else
            {
                waiting++;
            }
        }

        bool initPending = ended + running == 0 && init.Length > 0 && !Array.TrueForAll(init, s => s.State.Terminated is { ExitCode: 0 });
        return initPending || waiting > 0 ? "Pending"
            : running > 0 || RestartPolicy == "Always" ? "Running"
            : ended == succeeded ? "Succeeded"
            : RestartPolicy == "Never" ? "Failed"
            : "Running";
    }

    private static string Join(string? names, string name) => names is null ? name : names + " " + name;
}

using System.Globalization;
using k8s.Models;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

// What a sync does: sandbox, changed containers out, init containers, containers; and the end of a pod.
internal sealed partial class PodWorker
{
    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    /// <summary>What a runtime reports of containers that it finds dead.</summary>
    private const int LostExitCode = 255;

    /// <summary>A container gets at least so long after its preStop hook (kuberuntime_container.go, <c>minimumGracePeriodInSeconds</c>).</summary>
    private static readonly SimTime LeastGrace = SimTime.FromSeconds(2);

    private string RestartPolicy => Pod.Spec.RestartPolicy ?? "Always";

    /// <summary>Hears what became of the image of the container that is being started; <paramref name="reason"/> is null when it is there.</summary>
    public void OnImage(ContainerRun run, string? reason, string? message, SimTime? retryAt)
    {
        if (reason is null)
        {
            Begin(Step.Create, _kubelet.Parameters.CreateLatency);
            return;
        }

        if (retryAt is { } at)
        {
            RequestSync(at - _world.Loop.Now);
        }

        Wait(run, reason, message);
        if (run.IsInit)
        {
            EndSync();
            return;
        }

        _next = run.Index - _initCount + 1;
        Proceed();
    }

    private void OnStepDone()
    {
        switch (_step)
        {
            case Step.Sandbox:
                _hasSandbox = _hasAddress = true;
                _world.Observer?.SandboxReady(Pod);
                _next = 0;
                Proceed();
                break;
            case Step.Create:
                Begin(Step.Start, _kubelet.Parameters.StartLatency);
                break;
            default:
                OnStarted(_current!);
                break;
        }
    }

    private void Proceed()
    {
        foreach (ContainerRun run in Main)
        {
            if (run.IsChanged && !run.IsStopping)
            {
                _step = Step.StopChanged;
                Stop(run, Pod.Spec.TerminationGracePeriodSeconds ?? 30);
                return;
            }
        }

        if (_next == 0 && NextInit() is { } init)
        {
            if (init.State == RunState.Running || !TryStart(init))
            {
                EndSync();
            }

            return;
        }

        while (_next < _runs.Length - _initCount)
        {
            ContainerRun run = _runs[_initCount + _next++];
            if (run.State != RunState.Running && ShouldRun(run) && TryStart(run))
            {
                return;
            }
        }

        EndSync();
    }

    private ReadOnlySpan<ContainerRun> Main => _runs.AsSpan(_initCount);

    private bool ShouldRun(ContainerRun run) =>
        run.State == RunState.New
        || run.Image != run.Spec.Image
        || RestartPolicy == "Always"
        || (RestartPolicy == "OnFailure" && run.ExitCode != 0);

    /// <summary>The init container to run now, or that runs; null when they are through.</summary>
    private ContainerRun? NextInit()
    {
        foreach (ContainerRun run in Main)
        {
            if (run.State == RunState.Running)
            {
                return null;
            }
        }

        for (int i = 0; i < _initCount; i++)
        {
            if (_runs[i].State != RunState.Ended || _runs[i].ExitCode != 0)
            {
                return _runs[i];
            }
        }

        return null;
    }

    /// <summary>Whether the pod has ended by itself: every container did for good, or an init container failed for good.</summary>
    private bool HasFinished
    {
        get
        {
            if (RestartPolicy == "Always")
            {
                return false;
            }

            if (RestartPolicy == "Never" && NextInit() is { State: RunState.Ended, ExitCode: not 0 })
            {
                return true;
            }

            foreach (ContainerRun run in Main)
            {
                if (run.State != RunState.Ended || ShouldRun(run))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Begins to start a container; false when it has to wait.</summary>
    private bool TryStart(ContainerRun run)
    {
        SimTime now = _world.Loop.Now;
        SimTime max = _kubelet.Parameters.BackOffMax;
        if (run.CrashBackOffImage != run.Spec.Image)
        {
            (run.CrashBackOff, run.CrashBackOffImage) = (default, run.Spec.Image);
        }

        if (run.State == RunState.Ended && run.ExitCode != LostExitCode)
        {
            if (run.CrashBackOff.Ends(run.EndedAt, max) is { } ends && now < ends)
            {
                RequestSync(ends - now);
                string length = run.CrashBackOff.Length.ToTimeSpan().ToString("m'm'ss's'", CultureInfo.InvariantCulture);
                Wait(run, "CrashLoopBackOff", $"back-off {length} restarting failed container={run.Spec.Name} pod={Key.Name}_{Key.Namespace}({Uid})");
                return false;
            }

            // Counted when the restart is about to begin, even when it then waits for its image.
            if (run.WaitingReason is null or "CrashLoopBackOff")
            {
                run.CrashBackOff.Next(run.EndedAt, now, _kubelet.Parameters.BackOffInitial, max);
            }
        }

        _current = run;
        _startingImage = run.Spec.Image;
        _step = Step.Image;
        _kubelet.Puller.Get(this, run);
        return true;
    }

    private void Wait(ContainerRun run, string reason, string? message)
    {
        if (run.WaitingReason != reason || run.WaitingMessage != message)
        {
            (run.WaitingReason, run.WaitingMessage) = (reason, message);
            Notice();
        }
    }

    private void OnStarted(ContainerRun run)
    {
        SimTime now = _world.Loop.Now;
        _world.Loop.Cancel(run.Readiness);
        run.Readiness = default;
        run.Last = run.State == RunState.Ended ? Terminated(run) : run.Last;
        run.State = RunState.Running;
        run.StartedAt = now;
        run.Starts++;
        run.Image = _startingImage!;
        run.ImageId = _world.Image(run.Image).ImageId ?? "";
        (run.WaitingReason, run.WaitingMessage, run.IsStopping, run.IsReady) = (null, null, false, false);
        run.Behaviour = _world.BehaviourOf(run.Image, run.Spec.Name);
        _kubelet.Garbage.OnImageUsed(run.Image);
        _world.Observer?.ContainerStarted(Pod, run.Spec.Name, run.Starts - 1);
        Foresee(run);
        Notice();
        if (run.IsInit)
        {
            EndSync();
        }
        else
        {
            Proceed();
        }
    }

    private void Stop(ContainerRun run, long graceSeconds)
    {
        _world.Loop.Cancel(run.Exit);
        run.IsStopping = true;
        _world.Observer?.ContainerStopping(Pod, run.Spec.Name);
        var grace = SimTime.FromSeconds(graceSeconds);
        SimTime hook = SimTime.Min(PreStop(run), grace);
        SimTime left = graceSeconds == 0 ? SimTime.Zero : SimTime.Max(grace - hook, LeastGrace);
        SimTime stop = run.Behaviour.StopTime.Sample(_kubelet.Random);
        bool killed = stop > left;
        run.Stop = _world.Loop.ScheduleAfter(hook + (killed ? left : stop), this, StopEnded, ((long)run.Index << 8) | (killed ? Killed : 0L));
    }

    private void OnStopEnded(ContainerRun run, int exitCode)
    {
        bool wasReady = run.IsReady;
        End(run, exitCode);
        if (wasReady && run.Spec.ReadinessProbe is { } probe)
        {
            // The prober goes by the status last made, in which the container runs: it asks on, in vain, until the failures are enough or the next sync sees the
            // end.
            run.IsReady = true;
            ScheduleReadiness(run, AsSeen(run, _world.Loop.Now, probe.FailureThreshold ?? 3), ready: false);
        }

        Notice();
        if (_step == Step.StopChanged)
        {
            Proceed();
        }
        else if (--_left == 0)
        {
            OnKilled();
        }
    }

    private void OnExited(ContainerRun run, bool failed)
    {
        End(run, failed ? 1 : 0);
        Notice();
    }

    private void End(ContainerRun run, int exitCode)
    {
        _world.Loop.Cancel(run.Exit);
        _world.Loop.Cancel(run.Readiness);
        (run.Exit, run.Readiness, run.Stop) = (default, default, default);
        run.State = RunState.Ended;
        run.EndedAt = _world.Loop.Now;
        run.ExitCode = exitCode;
        (run.IsReady, run.IsStopping) = (false, false);
        _kubelet.Garbage.OnImageReleased(run.Image!);
        _world.Observer?.ContainerStopped(Pod, run.Spec.Name, exitCode);
    }

    private void KillPod()
    {
        if (_isKilled)
        {
            if (Pod.Metadata.DeletionTimestamp is not null && !_isCleaning)
            {
                _isCleaning = true;
                _cleaned = _world.Loop.ScheduleAfter(_kubelet.Draw(_kubelet.Parameters.CleanupLatency), this, Cleaned);
            }

            return;
        }

        _step = Step.Kill;
        long grace = _failed?.GraceSeconds ?? Pod.Metadata.DeletionGracePeriodSeconds ?? Pod.Spec.TerminationGracePeriodSeconds ?? 30;
        foreach (ContainerRun run in _runs)
        {
            if (run.State == RunState.Running)
            {
                _left++;
                Stop(run, grace);
            }
        }

        if (_left == 0)
        {
            OnKilled();
        }
    }

    private void OnKilled()
    {
        _isKilled = true;
        _hasSandbox = false;
        _step = Step.Idle;
        _again = false;
        Notice();
    }

    private SimTime PreStop(ContainerRun run)
    {
        V1LifecycleHandler? hook = run.Spec.Lifecycle?.PreStop;
        if (hook is null)
        {
            return SimTime.Zero;
        }

        if (run.Behaviour.PreStopTime is { } time)
        {
            return time.Sample(_kubelet.Random);
        }

        return SimTime.FromSeconds(hook.Sleep?.Seconds ?? SleepOf(hook.Exec?.Command));
    }

    // exec: [sleep, "15"] or [sh, -c, "sleep 15"]: what most preStop hooks are.
    private static double SleepOf(IList<string>? command)
    {
        string[] words = string.Join(' ', command ?? []).Split([' ', ';', '&'], StringSplitOptions.RemoveEmptyEntries);
        int at = Array.FindIndex(words, word => word is "sleep" or "/bin/sleep");
        string? length = at >= 0 && at + 1 < words.Length ? words[at + 1].TrimEnd('s') : null;
        return double.TryParse(length, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e6 ? seconds : 0;
    }
}

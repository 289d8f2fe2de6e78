using k8s.Models;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

// What the program in a container does, seen through exit codes and the readiness probe.
internal sealed partial class PodWorker
{
    /// <summary>Draws what a run will do: its end, and its readiness.</summary>
    private void Foresee(ContainerRun run)
    {
        ContainerBehaviour behaviour = run.Behaviour;
        SimTime? ends = behaviour.ExitAfter?.Sample(_kubelet.Random) ?? (run.IsInit ? SimTime.Zero : null);
        bool fails = false;
        if (behaviour.Crash is { } crash && Chance(crash.Probability))
        {
            SimTime crashes = crash.After.Sample(_kubelet.Random);
            if (ends is null || crashes < ends)
            {
                (ends, fails) = (crashes, true);
            }
        }

        if (ends is { } end)
        {
            run.Exit = _world.Loop.ScheduleAfter(end, this, Exited, ((long)run.Index << 1) | (fails ? 1L : 0L));
        }

        if (run.IsInit)
        {
            return;
        }

        bool neverReady = Chance(behaviour.NeverReadyProbability);
        run.Flaps = behaviour.Flaps is { } flaps && Chance(flaps.Probability) ? flaps : null;
        if (neverReady)
        {
            return;
        }

        SimTime answers = behaviour.ReadyAfter.Sample(_kubelet.Random);
        SimTime ready = run.Spec.ReadinessProbe is { } probe
            ? FirstTick(probe, answers) + ProbePeriods(probe, Math.Max(1, probe.SuccessThreshold ?? 1) - 1)
            : answers;
        if (ready == SimTime.Zero)
        {
            BecomeReady(run);
        }
        else
        {
            ScheduleReadiness(run, run.StartedAt + ready, ready: true);
        }
    }

    private bool Chance(double probability) => probability > 0 && _kubelet.Random.NextDouble() < probability;

    private void OnReadinessDue(ContainerRun run, bool ready)
    {
        run.Readiness = default;
        if (ready)
        {
            BecomeReady(run);
        }
        else if (run.State != RunState.Running)
        {
            run.IsReady = false;
        }
        else
        {
            run.IsReady = false;
            _world.Observer?.ReadinessChanged(Pod, run.Spec.Name, ready: false);
            SimTime back = run.Flaps!.For.Sample(_kubelet.Random);
            ScheduleReadiness(run, AsSeen(run, _world.Loop.Now + back, threshold: run.Spec.ReadinessProbe?.SuccessThreshold ?? 1), ready: true);
        }

        Report(anew: false);
    }

    private void BecomeReady(ContainerRun run)
    {
        run.IsReady = true;
        _world.Observer?.ReadinessChanged(Pod, run.Spec.Name, ready: true);
        if (run.Flaps is { } flaps)
        {
            SimTime lost = _world.Loop.Now + flaps.Every.Sample(_kubelet.Random);
            ScheduleReadiness(run, AsSeen(run, lost, threshold: run.Spec.ReadinessProbe?.FailureThreshold ?? 3), ready: false);
        }
    }

    private void ScheduleReadiness(ContainerRun run, SimTime at, bool ready) =>
        run.Readiness = _world.Loop.Schedule(at, this, ReadinessDue, ((long)run.Index << 1) | (ready ? 1L : 0L));

    /// <summary>When a change of readiness is seen: at once without a probe, else at the last of so many probes in a row.</summary>
    private static SimTime AsSeen(ContainerRun run, SimTime at, int threshold) => run.Spec.ReadinessProbe is { } probe
        ? run.StartedAt + FirstTick(probe, at - run.StartedAt) + ProbePeriods(probe, Math.Max(1, threshold) - 1)
        : at;

    /// <summary>The first probe not before a moment; both count from the start of the container. Probes go out after the initial delay and then every
    /// period.</summary>
    private static SimTime FirstTick(V1Probe probe, SimTime notBefore)
    {
        var first = SimTime.FromSeconds(probe.InitialDelaySeconds ?? 0);
        if (notBefore <= first)
        {
            return first;
        }

        long period = ProbePeriods(probe, 1).Nanoseconds;
        long ticks = ((notBefore - first).Nanoseconds + period - 1) / period;
        return new SimTime(first.Nanoseconds + (ticks * period));
    }

    private static SimTime ProbePeriods(V1Probe probe, int count) => new(SimTime.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10)).Nanoseconds * count);
}

using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures;

/// <summary>What the recorder reads at each sample.</summary>
internal interface ISeriesSource
{
    int RegistryCount { get; }

    SeriesGauges ReadGauges();

    /// <summary>Bytes that have left a registry so far.</summary>
    double RegistryBytesSent(int registry);

    /// <summary>What a registry's egress allows now.</summary>
    double RegistryLimit(int registry);

    /// <summary>A line of gauges per workload, in order of creation; null without workloads.</summary>
    int[][]? ReadWorkloads() => null;

    /// <summary>A line of gauges per SidecarSet, in order of creation; null without any.</summary>
    int[][]? ReadSidecarSets() => null;
}

/// <summary>Values that stand for themselves at a moment.</summary>
internal readonly record struct SeriesGauges(int Succeeded, int Failed, int Desired, int ActiveNodes, int ActivePulls, int QueueDepth, int Parallelism);

/// <summary>
/// Samples a run at a constant interval whose length adapts: when the samples reach <see cref="Capacity"/>, every second one is dropped and the interval
/// doubles. So a run of any length keeps between half and all of the capacity, and sampling costs a bounded number of events.
/// </summary>
internal sealed class SeriesRecorder : IEventTarget
{
    public const int Capacity = 2000;
    private static readonly SimTime FirstInterval = SimTime.FromMilliseconds(100);

    private readonly EventLoop _loop;
    private readonly ISeriesSource _source;
    private readonly List<Sample> _samples = new(Capacity + 2);
    private SimTime _interval = FirstInterval;

    public SeriesRecorder(EventLoop loop, ISeriesSource source)
    {
        _loop = loop;
        _source = source;
        Take();
        _loop.ScheduleAfter(_interval, this, 0);
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        Take();
        if (_samples.Count > Capacity)
        {
            Halve();
        }

        _loop.ScheduleAfter(_interval, this, 0);
    }

    /// <summary>The series up to now; a last sample is taken at the present moment.</summary>
    public TimeSeries Finish()
    {
        if (_samples[^1].At == _loop.Now)
        {
            // More may have happened at the moment of the last sample.
            _samples.RemoveAt(_samples.Count - 1);
        }

        Take();

        int count = _samples.Count;
        int registries = _source.RegistryCount;
        var rates = new double[registries][];
        var limits = new double[registries][];
        for (int r = 0; r < registries; r++)
        {
            rates[r] = new double[count];
            limits[r] = new double[count];
            for (int i = 0; i < count; i++)
            {
                double seconds = i == 0 ? 0 : (_samples[i].At - _samples[i - 1].At).Seconds;
                rates[r][i] = seconds > 0 ? (_samples[i].Bytes[r] - _samples[i - 1].Bytes[r]) / seconds : 0;
                limits[r][i] = _samples[i].Limits[r];
            }
        }

        return new TimeSeries
        {
            IntervalSeconds = _interval.Seconds,
            Seconds = Column(s => s.At.Seconds),
            Succeeded = Column(s => s.Gauges.Succeeded),
            Failed = Column(s => s.Gauges.Failed),
            Desired = Column(s => s.Gauges.Desired),
            ActiveNodes = Column(s => s.Gauges.ActiveNodes),
            ActivePulls = Column(s => s.Gauges.ActivePulls),
            QueueDepth = Column(s => s.Gauges.QueueDepth),
            Parallelism = Column(s => s.Gauges.Parallelism),
            RegistryBytesPerSecond = rates,
            RegistryLimitBytesPerSecond = limits,
            Workloads = WorkloadSeries.From(_samples.ConvertAll(s => s.Workloads ?? [])),
            SidecarSets = SidecarSeries.From(_samples.ConvertAll(s => s.SidecarSets ?? [])),
        };
    }

    private T[] Column<T>(Func<Sample, T> value) => _samples.ConvertAll(s => value(s)).ToArray();

    private void Take()
    {
        int registries = _source.RegistryCount;
        var bytes = new double[registries];
        var limits = new double[registries];
        for (int r = 0; r < registries; r++)
        {
            bytes[r] = _source.RegistryBytesSent(r);
            limits[r] = _source.RegistryLimit(r);
        }

        _samples.Add(new Sample(_loop.Now, _source.ReadGauges(), bytes, limits, _source.ReadWorkloads(), _source.ReadSidecarSets()));
    }

    private void Halve()
    {
        int kept = 0;
        for (int i = 0; i < _samples.Count; i += 2)
        {
            _samples[kept++] = _samples[i];
        }

        _samples.RemoveRange(kept, _samples.Count - kept);
        _interval = new SimTime(_interval.Nanoseconds * 2);
    }

    private readonly record struct Sample(SimTime At, SeriesGauges Gauges, double[] Bytes, double[] Limits, int[][]? Workloads, int[][]? SidecarSets);
}

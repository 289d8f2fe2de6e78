using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Prometheus;

namespace Kruise.Live.Health;

/// <summary>
/// What the process uses, under the names that every Prometheus client gives it, and a few figures of the runtime. Read when somebody asks: prometheus-net's
/// own collectors listen to the runtime's events all the time, which costs a daemon megabytes.
/// </summary>
internal static class ProcessMetrics
{
    private static readonly Lazy<bool> _installed = new(InstallOnce);

    private static readonly Gauge _start = Metrics.CreateGauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.");
    private static readonly Counter _cpu = Metrics.CreateCounter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");
    private static readonly Gauge _resident = Metrics.CreateGauge("process_resident_memory_bytes", "Resident memory size in bytes.");
    private static readonly Gauge _virtual = Metrics.CreateGauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");
    private static readonly Gauge _openFiles = Metrics.CreateGauge("process_open_fds", "Number of open file descriptors.");
    private static readonly Gauge _maxFiles = Metrics.CreateGauge("process_max_fds", "Maximum number of open file descriptors.");
    private static readonly Gauge _threads = Metrics.CreateGauge("process_num_threads", "Number of threads of the process.");

    private static readonly Gauge _managed = Metrics.CreateGauge("dotnet_total_memory_bytes", "Bytes of managed objects, garbage among them.");
    private static readonly Gauge _committed = Metrics.CreateGauge("dotnet_gc_committed_bytes", "Memory that the garbage collector holds, as of its last run.");
    private static readonly Counter _pauses = Metrics.CreateCounter("dotnet_gc_pause_seconds_total", "Time for which garbage collections stopped the process.");

    private static readonly Counter _collections = Metrics.CreateCounter(
        "dotnet_collection_count_total", "Garbage collections, by the oldest generation that they looked at.", "generation");

    /// <summary>Puts these metrics in the place of prometheus-net's own. Any number of times, but the first before anybody collects.</summary>
    public static void Install() => _ = _installed.Value;

    private static bool InstallOnce()
    {
        Metrics.SuppressDefaultMetrics();
        using (Process self = Process.GetCurrentProcess())
        {
            _start.Set((self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        }

        if (MaxOpenFiles() is { } most)
        {
            _maxFiles.Set(most);
        }

        Metrics.DefaultRegistry.AddBeforeCollectCallback(Read);
        return true;
    }

    private static void Read()
    {
        _cpu.IncTo(Environment.CpuUsage.TotalTime.TotalSeconds);
        _resident.Set(Environment.WorkingSet);
        _managed.Set(GC.GetTotalMemory(forceFullCollection: false));
        _committed.Set(GC.GetGCMemoryInfo().TotalCommittedBytes);
        _pauses.IncTo(GC.GetTotalPauseDuration().TotalSeconds);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            _collections.WithLabels(generation.ToString(CultureInfo.InvariantCulture)).IncTo(GC.CollectionCount(generation));
        }

        if (OperatingSystem.IsLinux())
        {
            _virtual.Set(VirtualPages() * (double)Environment.SystemPageSize);
            _threads.Set(Directory.EnumerateDirectories("/proc/self/task").Count());

            // One of them is open for this enumeration.
            _openFiles.Set(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1);
        }
    }

    // The first number of statm. A reader's buffers would be most of what an idle daemon allocates.
    private static long VirtualPages()
    {
        using SafeFileHandle statm = File.OpenHandle("/proc/self/statm");
        Span<byte> text = stackalloc byte[128];
        int length = RandomAccess.Read(statm, text, 0);
        return Utf8Parser.TryParse(text[..length], out long pages, out _) ? pages : 0;
    }

    private static long? MaxOpenFiles()
    {
        string? line = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            : null;
        return line is not null
            && long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out long most)
                ? most
                : null;
    }
}

using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures;

/// <summary>
/// Follows every (job, node) pair from the moment it is asked for to the moment the API server stores its outcome. It sees what the API server commits and
/// what daemons say of their pulls, changes nothing, and draws nothing.
/// </summary>
/// <remarks>
/// A pair's time is cut at eight moments: asked ≤ slot free ≤ dispatched ≤ accepted ≤ first attempt ≤ last attempt ≤ its end ≤ reported. Each cause is the time
/// between two neighbours, the last attempt being split further by the runtime, so the causes sum to the whole without rounding. The slot of the j-th
/// node that a job dispatches with parallelism p became free when the (j − p)-th of its nodes was reported.
/// </remarks>
internal sealed class RunRecorder(EventLoop loop, Func<ImagePullJob, int> parallelismOf)
{
    private readonly List<JobTrack> _jobs = [];
    private readonly Dictionary<string, JobTrack> _jobsByUid = new(StringComparer.Ordinal);
    private readonly List<NodeInfo> _nodes = [];
    private readonly Dictionary<string, int> _nodesByName = new(StringComparer.Ordinal);

    /// <summary>Pairs whose success is stored.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Pairs whose failure is stored.</summary>
    public int Failed { get; private set; }

    /// <summary>Pairs with a task whose outcome is not stored yet.</summary>
    public int ActiveNodes { get; private set; }

    public IReadOnlyList<JobTrack> Jobs => _jobs;

    public int NodeJoined(string name, string pool)
    {
        int index = _nodes.Count;
        _nodes.Add(new NodeInfo(name, pool, loop.Now));
        _nodesByName[name] = index;
        return index;
    }

    /// <summary>The track of a version of a tag on a node, made when the daemon first asks for it.</summary>
    public TaskTrack Track(int node, string image, string tag, long version)
    {
        List<TaskTrack> tracks = _nodes[node].Tracks;
        for (int i = tracks.Count - 1; i >= 0; i--)
        {
            TaskTrack track = tracks[i];
            if (track.Version == version && track.Tag == tag && track.Image == image)
            {
                return track;
            }
        }

        var made = new TaskTrack(image, tag, version) { Accepted = loop.Now };
        tracks.Add(made);
        return made;
    }

    /// <summary>The track of the newest version of a tag on a node.</summary>
    public TaskTrack LatestTrack(int node, string image, string tag)
    {
        List<TaskTrack> tracks = _nodes[node].Tracks;
        TaskTrack? latest = null;
        foreach (TaskTrack track in tracks)
        {
            if (track.Tag == tag && track.Image == image && (latest is null || track.Version > latest.Version))
            {
                latest = track;
            }
        }

        return latest ?? throw new InvalidOperationException($"The daemon of {_nodes[node].Name} pulls {image}:{tag}, which nobody asked for.");
    }

    public void OnJobCommitted(ImagePullJob? before, ImagePullJob? after)
    {
        ImagePullJob job = after ?? before!;
        if (!_jobsByUid.TryGetValue(job.Metadata.Uid, out JobTrack? track))
        {
            track = new JobTrack(job.Metadata.Uid, job, loop.Now);
            _jobsByUid.Add(job.Metadata.Uid, track);
            _jobs.Add(track);
        }

        track.Latest = job;
        track.Deleted |= after is null;
        if (job.Status.CompletionTime is not null && track.Completion is null)
        {
            track.Completion = loop.Now;
            track.ParallelismAtEnd = parallelismOf(job);
        }
    }

    public void OnNodeImageCommitted(NodeImage? before, NodeImage? after)
    {
        if (after is null || !_nodesByName.TryGetValue(after.Metadata.Name, out int node))
        {
            return;
        }

        if (after.Spec.Images is { } images && !ReferenceEquals(before?.Spec, after.Spec))
        {
            foreach ((string name, ImageSpec image) in images)
            {
                foreach (ImageTagSpec tag in image.Tags)
                {
                    ObserveTask(node, name, tag);
                }
            }
        }

        if (after.Status.ImageStatuses is { } statuses && !ReferenceEquals(before?.Status, after.Status))
        {
            foreach ((string name, ImageStatus status) in statuses)
            {
                foreach (ImageTagStatus tag in status.Tags)
                {
                    if (tag.CompletionTime is not null && after.Spec.Images?.GetValueOrDefault(name) is { } spec)
                    {
                        ObserveOutcome(node, spec, tag);
                    }
                }
            }
        }
    }

    /// <summary>The rows of every job, over its targets at the end of the run and every node it ever dispatched to.</summary>
    public IReadOnlyList<NodeRow> BuildRows(Func<ImagePullJob, IEnumerable<string>> targets)
    {
        var rows = new List<NodeRow>();
        foreach (JobTrack job in _jobs)
        {
            var nodes = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string name in targets(job.Latest))
            {
                if (_nodesByName.ContainsKey(name))
                {
                    nodes.Add(name);
                }
            }

            foreach (int node in job.Rows.Keys)
            {
                nodes.Add(_nodes[node].Name);
            }

            foreach (string name in nodes)
            {
                rows.Add(BuildRow(job, _nodesByName[name]));
            }
        }

        return rows;
    }

    private void ObserveTask(int node, string image, ImageTagSpec tag)
    {
        foreach (k8s.Models.V1ObjectReference owner in tag.OwnerReferences ?? [])
        {
            if (owner.Uid is null || !_jobsByUid.TryGetValue(owner.Uid, out JobTrack? job))
            {
                continue;
            }

            if (job.Rows.TryGetValue(node, out RowTrack? row))
            {
                if (row.Reported is null)
                {
                    row.Version = tag.Version;
                }

                continue;
            }

            int order = job.Rows.Count;
            int freedBy = order - parallelismOf(job.Latest);
            SimTime slotFree = freedBy < 0 ? job.Start : freedBy < job.ReportedAt.Count ? job.ReportedAt[freedBy] : loop.Now;
            job.Rows.Add(node, new RowTrack(image, tag.Tag, slotFree, loop.Now) { Version = tag.Version });
            ActiveNodes++;
        }
    }

    private void ObserveOutcome(int node, ImageSpec spec, ImageTagStatus status)
    {
        foreach (ImageTagSpec tag in spec.Tags)
        {
            if (tag.Tag != status.Tag || tag.Version != status.Version)
            {
                continue;
            }

            foreach (k8s.Models.V1ObjectReference owner in tag.OwnerReferences ?? [])
            {
                if (owner.Uid is null
                    || !_jobsByUid.TryGetValue(owner.Uid, out JobTrack? job)
                    || !job.Rows.TryGetValue(node, out RowTrack? row)
                    || row.Reported is not null)
                {
                    continue;
                }

                row.Reported = loop.Now;
                row.Version = status.Version;
                row.Outcome = status.Phase == ImagePullPhase.Succeeded ? NodeOutcome.Succeeded : NodeOutcome.Failed;
                row.Message = status.Message;
                job.ReportedAt.Add(loop.Now);
                ActiveNodes--;
                if (row.Outcome == NodeOutcome.Succeeded)
                {
                    Succeeded++;
                }
                else
                {
                    Failed++;
                }
            }
        }
    }

    private NodeRow BuildRow(JobTrack job, int nodeIndex)
    {
        NodeInfo node = _nodes[nodeIndex];
        SimTime asked = SimTime.Max(job.Start, node.Joined);
        job.Rows.TryGetValue(nodeIndex, out RowTrack? row);
        TaskTrack? task = row is null ? null : node.Tracks.Find(t => t.Version == row.Version && t.Tag == row.Tag && t.Image == row.Image);
        PullResult? success = row?.Outcome == NodeOutcome.Succeeded ? task?.Success : null;
        SimTime end = row?.Reported ?? loop.Now;
        return new NodeRow
        {
            JobNamespace = job.Latest.Metadata.NamespaceProperty ?? "",
            Job = job.Latest.Metadata.Name,
            Image = job.Latest.Spec.Image,
            Pool = node.Pool,
            Node = node.Name,
            Asked = asked,
            Dispatched = row?.Dispatched,
            Started = task?.FirstAttempt,
            FirstByte = success?.FirstByte,
            Downloaded = success?.Downloaded,
            Unpacked = success?.Unpacked,
            Reported = row?.Reported,
            Attempts = task?.Attempts ?? 0,
            BytesFetched = task?.BytesFetched ?? 0,
            Outcome = row?.Outcome ?? NodeOutcome.Unfinished,
            Message = row?.Message ?? task?.LastError,
            CauseNanoseconds = Attribute(asked, row, task, success, end),
        };
    }

    private static long[] Attribute(SimTime asked, RowTrack? row, TaskTrack? task, PullResult? success, SimTime end)
    {
        var causes = new long[WarmupCauses.Count];
        SimTime at = asked;
        void Until(SimTime moment, WarmupCause cause)
        {
            SimTime to = SimTime.Max(at, SimTime.Min(moment, end));
            causes[(int)cause] += (to - at).Nanoseconds;
            at = to;
        }

        if (row is null)
        {
            Until(end, WarmupCause.WaitingForSlot);
            return causes;
        }

        Until(row.SlotFree, WarmupCause.WaitingForSlot);
        Until(row.Dispatched, WarmupCause.Dispatch);
        if (task is null)
        {
            Until(end, WarmupCause.PickUp);
            return causes;
        }

        Until(task.Accepted, WarmupCause.PickUp);
        Until(task.FirstAttempt ?? end, WarmupCause.NodeQueue);
        if (success is null)
        {
            Until(row.Reported is null ? end : task.LastEnd ?? end, WarmupCause.BackOff);
            Until(end, WarmupCause.Reporting);
            return causes;
        }

        // A task that another job had begun earlier: only the part of the attempt after this job asked counts, taken from its end.
        Until(success.Started, WarmupCause.BackOff);
        long left = Math.Max(0, (success.Ended - at).Nanoseconds);
        for (int part = (int)PullPart.Unpack; part >= 0; part--)
        {
            long share = Math.Min(left, success.Parts[part]);
            causes[(int)CauseOf((PullPart)part)] += share;
            left -= share;
        }

        at = SimTime.Max(at, success.Ended);
        Until(end, WarmupCause.Reporting);
        return causes;
    }

    private static WarmupCause CauseOf(PullPart part) => part switch
    {
        PullPart.RuntimeCall => WarmupCause.RuntimeCall,
        PullPart.RegistryLatency => WarmupCause.RegistryLatency,
        PullPart.DownloadRegistry => WarmupCause.DownloadRegistry,
        PullPart.DownloadUplink => WarmupCause.DownloadUplink,
        PullPart.DownloadNic => WarmupCause.DownloadNic,
        PullPart.DownloadConnection => WarmupCause.DownloadConnection,
        _ => WarmupCause.Unpack,
    };

    internal sealed class JobTrack(string uid, ImagePullJob latest, SimTime start)
    {
        public string Uid { get; } = uid;

        public ImagePullJob Latest { get; set; } = latest;

        public SimTime Start { get; } = start;

        public SimTime? Completion { get; set; }

        /// <summary>In nodes, when the job completed.</summary>
        public int ParallelismAtEnd { get; set; }

        public bool Deleted { get; set; }

        /// <summary>By node; in order of dispatch by count.</summary>
        public Dictionary<int, RowTrack> Rows { get; } = [];

        /// <summary>When each outcome was stored, in order.</summary>
        public List<SimTime> ReportedAt { get; } = [];
    }

    internal sealed class RowTrack(string image, string tag, SimTime slotFree, SimTime dispatched)
    {
        public string Image { get; } = image;

        public string Tag { get; } = tag;

        public SimTime SlotFree { get; } = slotFree;

        public SimTime Dispatched { get; } = dispatched;

        public long Version { get; set; }

        public SimTime? Reported { get; set; }

        public NodeOutcome Outcome { get; set; } = NodeOutcome.Unfinished;

        public string? Message { get; set; }
    }

    private sealed record NodeInfo(string Name, string Pool, SimTime Joined)
    {
        public List<TaskTrack> Tracks { get; } = new(1);
    }
}

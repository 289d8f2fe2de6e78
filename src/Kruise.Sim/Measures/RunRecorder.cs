using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures;

/// <summary>
/// Follows every (job, node) pair from the moment it is asked for to the moment the API server stores its outcome. It sees what the API server commits and
/// what daemons say of their pulls, changes nothing, and draws nothing.
/// </summary>
/// <remarks>
/// A pair's time is cut at moments: asked ≤ slot free ≤ dispatched ≤ accepted ≤ first attempt ≤ ... ≤ the last attempt's end ≤ reported. Each cause is the time
/// between two neighbours, so the causes sum to the whole without rounding. An attempt that failed is back-off, as is what lies between attempts; one that
/// succeeded, that nobody wanted any more or that is still under way is split further by the runtime. The slot of the j-th
/// node that a job dispatches with parallelism p became free when the (j − p)-th of its nodes gave its slot back: by its report, or by being released.
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

    /// <summary>Pairs with a task that is still wanted and whose outcome is not stored yet.</summary>
    public int ActiveNodes { get; private set; }

    public IReadOnlyList<JobTrack> Jobs => _jobs;

    /// <summary>Everything that daemons were ever asked for.</summary>
    public IEnumerable<TaskTrack> Tasks => _nodes.SelectMany(n => n.Tracks);

    public int NodeJoined(string name, string pool)
    {
        int index = _nodes.Count;
        _nodes.Add(new NodeInfo(name, pool, loop.Now));
        _nodesByName[name] = index;
        return index;
    }

    /// <summary>The track of a version of a tag on a node, made when the daemon first asks for it.</summary>
    public TaskTrack Track(int node, string image, ImageTagSpec tag)
    {
        List<TaskTrack> tracks = _nodes[node].Tracks;
        for (int i = tracks.Count - 1; i >= 0; i--)
        {
            TaskTrack track = tracks[i];
            if (track.Version == tag.Version && track.CreatedAt == tag.CreatedAt && track.Tag == tag.Tag && track.Image == image)
            {
                return track;
            }
        }

        var made = new TaskTrack(image, tag.Tag, tag.Version, tag.CreatedAt)
        {
            Accepted = loop.Now,
            AttemptLimit = tag.PullPolicy?.TimeoutSeconds is > 0 and int seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        tracks.Add(made);
        return made;
    }

    /// <summary>The newest track of a tag on a node.</summary>
    public TaskTrack LatestTrack(int node, string image, string tag) =>
        _nodes[node].Tracks.FindLast(t => t.Tag == tag && t.Image == image)
        ?? throw new InvalidOperationException($"The daemon of {_nodes[node].Name} pulls {image}:{tag}, which nobody asked for.");

    /// <summary>Whether a job's work on a node has ended with an outcome.</summary>
    public bool HasOutcome(JobTrack job, string node) =>
        job.Rows.TryGetValue(_nodesByName[node], out RowTrack? row) && row.Outcome != NodeOutcome.Unfinished;

    public void OnJobCommitted(ImagePullJob? before, ImagePullJob? after)
    {
        ImagePullJob job = after ?? before!;
        if (!_jobsByUid.TryGetValue(job.Metadata.Uid, out JobTrack? track))
        {
            track = new JobTrack(job.Metadata.Uid, job, loop.Now);
            _jobsByUid.Add(job.Metadata.Uid, track);
            _jobs.Add(track);
        }

        if (before is not null && !Equals(before.Spec.Parallelism, job.Spec.Parallelism))
        {
            track.ParallelismChanged = loop.Now;
        }

        track.Latest = job;
        if (after is null)
        {
            track.Deleted = true;
            track.Ended ??= loop.Now;
        }

        if (job.Status.CompletionTime is not null && track.Completion is null)
        {
            track.Completion = loop.Now;
            track.Ended = loop.Now;
            track.ParallelismAtEnd = parallelismOf(job);
        }
    }

    public void OnNodeImageCommitted(NodeImage? before, NodeImage? after)
    {
        if ((after ?? before) is not { } nodeImage || !_nodesByName.TryGetValue(nodeImage.Metadata.Name, out int node))
        {
            return;
        }

        CloseRows(_nodes[node], after);
        if (after?.Spec.Images is { } images && !ReferenceEquals(before?.Spec, after.Spec))
        {
            foreach ((string name, ImageSpec image) in images)
            {
                foreach (ImageTagSpec tag in image.Tags)
                {
                    ObserveTask(node, name, tag);
                }
            }
        }
    }

    /// <summary>
    /// The rows of every job, in the order of <see cref="Jobs"/>: over every node it ever dispatched to, and its targets at the end of the run that were there
    /// before the job ended.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<NodeRow>> BuildRows(Func<ImagePullJob, IEnumerable<string>> targets)
    {
        var rows = new List<IReadOnlyList<NodeRow>>(_jobs.Count);
        foreach (JobTrack job in _jobs)
        {
            var nodes = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string name in targets(job.Latest))
            {
                if (_nodesByName.TryGetValue(name, out int node) && !(_nodes[node].Joined > job.Ended))
                {
                    nodes.Add(name);
                }
            }

            foreach (int node in job.Rows.Keys)
            {
                nodes.Add(_nodes[node].Name);
            }

            rows.Add([.. nodes.Select(name => BuildRow(job, _nodesByName[name]))]);
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

            // Once a row has an outcome it keeps it: a tag that is asked for anew, as those of a Never job are, refreshes what is warm.
            if (job.Rows.TryGetValue(node, out RowTrack? row) && row.Released is null)
            {
                continue;
            }

            int freedBy = job.Dispatches++ - parallelismOf(job.Latest);
            SimTime slotFree = freedBy < 0 ? job.Start : freedBy < job.FreedAt.Count ? job.FreedAt[freedBy] : loop.Now;
            job.Rows[node] = row = new RowTrack(job, image, tag.Tag, SimTime.Max(slotFree, job.ParallelismChanged), loop.Now);
            _nodes[node].Open.Add(row);
            ActiveNodes++;
        }
    }

    // A row ends with the outcome of the version wanted now, or without one when the job no longer wants the tag or the node is gone.
    private void CloseRows(NodeInfo node, NodeImage? nodeImage)
    {
        for (int i = node.Open.Count - 1; i >= 0; i--)
        {
            RowTrack row = node.Open[i];
            ImageTagSpec? wanted = Find(nodeImage?.Spec.Images?.GetValueOrDefault(row.Image)?.Tags, t => t.Tag == row.Tag);
            if (wanted is null || Find(wanted.OwnerReferences, o => o.Uid == row.Job.Uid) is null)
            {
                row.Released = loop.Now;
            }
            else if (Find(nodeImage!.Status.ImageStatuses?.GetValueOrDefault(row.Image)?.Tags, t => t.Tag == row.Tag) is { CompletionTime: not null } status
                && status.Version == wanted.Version)
            {
                row.Reported = loop.Now;
                row.Message = status.Message;
                row.Outcome = status.Phase == ImagePullPhase.Succeeded ? NodeOutcome.Succeeded : NodeOutcome.Failed;
                Succeeded += row.Outcome == NodeOutcome.Succeeded ? 1 : 0;
                Failed += row.Outcome == NodeOutcome.Failed ? 1 : 0;
            }
            else
            {
                continue;
            }

            row.UnderWay = SoFar(node, row);
            row.Job.FreedAt.Add(loop.Now);
            ActiveNodes--;
            node.Open.RemoveAt(i);
        }
    }

    // A pull may go on after a row has ended, for another job's sake: what counts is what it had done by then.
    private static PullResult? SoFar(NodeInfo node, RowTrack row) =>
        node.Tracks.FindLast(t => t.Running is not null && t.Tag == row.Tag && t.Image == row.Image && t.Accepted >= row.Dispatched)?.SoFar();

    private static T? Find<T>(IEnumerable<T>? items, Func<T, bool> isIt)
        where T : class => items?.FirstOrDefault(isIt);

    private NodeRow BuildRow(JobTrack job, int nodeIndex)
    {
        NodeInfo node = _nodes[nodeIndex];
        SimTime asked = SimTime.Max(job.Start, node.Joined);
        job.Rows.TryGetValue(nodeIndex, out RowTrack? row);
        SimTime end = row is null ? job.Ended ?? loop.Now : row.Reported ?? row.Released ?? loop.Now;

        // Several when another job asked for the same tag meanwhile: each time the node began a new version.
        List<TaskTrack> tasks = row is null
            ? []
            : node.Tracks.FindAll(t => t.Tag == row.Tag && t.Image == row.Image && t.Accepted >= row.Dispatched && t.Accepted <= end);
        PullResult? success = row?.Outcome == NodeOutcome.Succeeded ? tasks[^1].Success : null;
        return new NodeRow
        {
            JobNamespace = job.Latest.Metadata.NamespaceProperty ?? "",
            Job = job.Latest.Metadata.Name,
            Image = job.Latest.Spec.Image,
            Pool = node.Pool,
            Node = node.Name,
            Asked = asked,
            Dispatched = row?.Dispatched,
            Started = tasks.Find(t => t.FirstAttempt is not null)?.FirstAttempt,
            FirstByte = success?.FirstByte,
            Downloaded = success?.Downloaded,
            Unpacked = success?.Unpacked,
            Reported = row?.Reported,
            Attempts = tasks.Sum(t => t.Attempts),
            BytesFetched = tasks.Sum(t => t.BytesFetched + (t.SoFar()?.BytesFetched ?? 0)),
            Outcome = row?.Outcome ?? NodeOutcome.Unfinished,
            Message = row?.Message ?? tasks.FindLast(t => t.LastError is not null)?.LastError,
            CauseNanoseconds = Attribute(asked, row, tasks, row?.UnderWay ?? (row is null || row.HasEnded ? null : SoFar(node, row)), end),
        };
    }

    private static long[] Attribute(SimTime asked, RowTrack? row, List<TaskTrack> tasks, PullResult? underWay, SimTime end)
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
        if (tasks.Count == 0)
        {
            Until(end, WarmupCause.PickUp);
            return causes;
        }

        Until(tasks[0].Accepted, WarmupCause.PickUp);
        Until(tasks.Find(t => t.FirstAttempt is not null)?.FirstAttempt ?? end, WarmupCause.NodeQueue);
        SimTime? lastOfUse = null;
        foreach (PullResult pull in OfUse(tasks, underWay, end))
        {
            Until(pull.Started, WarmupCause.BackOff);
            long left = Math.Max(0, (pull.Ended - at).Nanoseconds);
            at += new SimTime(left);
            for (int part = (int)PullPart.Unpack; part >= 0; part--)
            {
                long share = Math.Min(left, pull.Parts[part]);
                causes[(int)CauseOf((PullPart)part)] += share;
                left -= share;
            }

            lastOfUse = pull.Started;
        }

        if (tasks.FindLast(t => t.FirstAttempt is not null) is { } last && !(last.LastAttempt <= lastOfUse))
        {
            Until(row.Reported is null ? end : last.LastEnd ?? end, WarmupCause.BackOff);
        }

        Until(end, WarmupCause.Reporting);
        return causes;
    }

    // In order: the node works on one version of a tag at a time.
    private static IEnumerable<PullResult> OfUse(List<TaskTrack> tasks, PullResult? underWay, SimTime end)
    {
        foreach (TaskTrack task in tasks)
        {
            foreach (PullResult pull in task.CutOff ?? [])
            {
                if (pull.Ended <= end)
                {
                    yield return pull;
                }
            }

            if (task.Success is { } success && success.Ended <= end)
            {
                yield return success;
            }
        }

        if (underWay is not null)
        {
            yield return underWay;
        }
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

        /// <summary>When the job completed or was deleted, whichever came first.</summary>
        public SimTime? Ended { get; set; }

        /// <summary>When the user last changed the job's parallelism: no slot that this opened was free before.</summary>
        public SimTime ParallelismChanged { get; set; }

        /// <summary>By node.</summary>
        public Dictionary<int, RowTrack> Rows { get; } = [];

        /// <summary>Nodes dispatched to so far; one that was released and taken again counts twice.</summary>
        public int Dispatches { get; set; }

        /// <summary>When each node gave its slot back, in order.</summary>
        public List<SimTime> FreedAt { get; } = [];
    }

    internal sealed class RowTrack(JobTrack job, string image, string tag, SimTime slotFree, SimTime dispatched)
    {
        public JobTrack Job { get; } = job;

        public string Image { get; } = image;

        public string Tag { get; } = tag;

        public SimTime SlotFree { get; } = slotFree;

        public SimTime Dispatched { get; } = dispatched;

        public SimTime? Reported { get; set; }

        /// <summary>When the job took its claim back, or the node left, before there was an outcome.</summary>
        public SimTime? Released { get; set; }

        /// <summary>What there was of a pull under way when the row ended.</summary>
        public PullResult? UnderWay { get; set; }

        public bool HasEnded => Reported is not null || Released is not null;

        public NodeOutcome Outcome { get; set; } = NodeOutcome.Unfinished;

        public string? Message { get; set; }
    }

    private sealed record NodeInfo(string Name, string Pool, SimTime Joined)
    {
        /// <summary>In the order in which the daemon came to know of them.</summary>
        public List<TaskTrack> Tracks { get; } = new(1);

        /// <summary>Rows without an outcome that are not released.</summary>
        public List<RowTrack> Open { get; } = new(1);
    }
}

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
/// succeeded, that nobody wanted any more or that is still under way is split further by the runtime. A
/// slot becomes free with the job, with every rise of its limit (in nodes: a share grows with the targets), and whenever a node reports or is released; a node
/// takes the slot that has been free for longest, also when another job's asking for the same tag puts it back to work. A change of a job's image begins a
/// new round of the job: a track and rows of its own, asked at the change.
/// </remarks>
internal sealed class RunRecorder(EventLoop loop, Func<ImagePullJob, IEnumerable<string>> targetsOf)
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
        JobTrack? track = _jobsByUid.GetValueOrDefault(job.Metadata.Uid);
        if (track is { Completion: null } && after is not null && after.Spec.Image != track.Latest.Spec.Image)
        {
            EndRound(track);
            track = null;
        }

        if (track is null)
        {
            track = new JobTrack(job, loop.Now) { Targets = targetsOf(job).Count() };
            _jobsByUid[job.Metadata.Uid] = track;
            _jobs.Add(track);
        }
        else if (!ReferenceEquals(before?.Spec, job.Spec) && track.Select(job.Spec.Selector))
        {
            track.Targets = targetsOf(job).Count();
        }

        track.Latest = job;
        if (track.Ended is null)
        {
            track.Adjust(loop.Now);
        }

        if (after is null)
        {
            track.IsGone = true;
            track.Ended ??= loop.Now;
        }

        if (job.Status.CompletionTime is not null && track.Completion is null)
        {
            track.Completion = loop.Now;
            EndRows(track);
        }
    }

    public void OnNodeImageCommitted(NodeImage? before, NodeImage? after)
    {
        if ((after ?? before) is not { } nodeImage || !_nodesByName.TryGetValue(nodeImage.Metadata.Name, out int node))
        {
            return;
        }

        CountTarget(before, after);
        FollowRows(_nodes[node], after);
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
    public IReadOnlyList<IReadOnlyList<NodeRow>> BuildRows()
    {
        var rows = new List<IReadOnlyList<NodeRow>>(_jobs.Count);
        foreach (JobTrack job in _jobs)
        {
            var nodes = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string name in targetsOf(job.Latest))
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
            // A tag of a round before may still be there.
            if (owner.Uid is null || !_jobsByUid.TryGetValue(owner.Uid, out JobTrack? job) || !job.AsksFor(image, tag.Tag))
            {
                continue;
            }

            // Once a row has an outcome it keeps it: a tag that is asked for anew, as those of a Never job are, refreshes what is warm.
            if (job.Rows.TryGetValue(node, out RowTrack? row) && row.Released is null)
            {
                continue;
            }

            job.Rows[node] = row = new RowTrack(job, image, tag.Tag, job.Slots.Take() ?? loop.Now, loop.Now);
            _nodes[node].Rows.Add(row);
            ActiveNodes++;
        }
    }

    private void CountTarget(NodeImage? before, NodeImage? after)
    {
        if (before is not null && after is not null && ReferenceEquals(before.Metadata.Labels, after.Metadata.Labels))
        {
            return;
        }

        foreach (JobTrack job in _jobs)
        {
            if (job.Ended is null)
            {
                job.Targets += (job.Selects(after) ? 1 : 0) - (job.Selects(before) ? 1 : 0);
                job.Adjust(loop.Now);
            }
        }
    }

    private void EndRound(JobTrack job)
    {
        job.IsGone = true;
        EndRows(job);
    }

    // A job that is over no longer wants what its nodes have not finished.
    private void EndRows(JobTrack job)
    {
        job.Ended = loop.Now;
        foreach ((int node, RowTrack row) in job.Rows)
        {
            if (!row.HasEnded)
            {
                Release(_nodes[node], row);
            }
        }
    }

    // A row ends with the outcome of the version wanted now, or without one when the job no longer wants the tag or the node is gone. Its slot may be taken
    // again afterwards, by a later version.
    private void FollowRows(NodeInfo node, NodeImage? nodeImage)
    {
        for (int i = node.Rows.Count - 1; i >= 0; i--)
        {
            RowTrack row = node.Rows[i];
            if (row.HasEnded && row.Job.Ended is not null)
            {
                node.Rows.RemoveAt(i);
                continue;
            }

            ImageTagSpec? wanted = Find(nodeImage?.Spec.Images?.GetValueOrDefault(row.Image)?.Tags, t => t.Tag == row.Tag);
            bool isOwned = wanted is not null && Find(wanted.OwnerReferences, o => o.Uid == row.Job.Uid) is not null;
            ImageTagStatus? told = isOwned ? Find(nodeImage!.Status.ImageStatuses?.GetValueOrDefault(row.Image)?.Tags, t => t.Tag == row.Tag) : null;
            bool isDone = told is { CompletionTime: not null } && told.Version == wanted!.Version;
            if (!row.HasEnded)
            {
                if (isDone)
                {
                    Report(node, row, told!);
                }
                else if (!isOwned)
                {
                    Release(node, row);
                }
            }
            else if (row.HoldsSlot != (isOwned && !isDone))
            {
                row.HoldsSlot = !row.HoldsSlot;
                if (row.HoldsSlot)
                {
                    row.Job.Slots.Take();
                }
                else
                {
                    row.Job.Slots.Open(loop.Now, 1);
                }
            }

            if (row.Released is not null)
            {
                node.Rows.RemoveAt(i);
            }
        }
    }

    private void Report(NodeInfo node, RowTrack row, ImageTagStatus status)
    {
        row.Reported = loop.Now;
        row.Message = status.Message;
        row.Outcome = status.Phase == ImagePullPhase.Succeeded ? NodeOutcome.Succeeded : NodeOutcome.Failed;
        Succeeded += row.Outcome == NodeOutcome.Succeeded ? 1 : 0;
        Failed += row.Outcome == NodeOutcome.Failed ? 1 : 0;
        End(node, row);
    }

    private void Release(NodeInfo node, RowTrack row)
    {
        row.Released = loop.Now;
        End(node, row);
    }

    private void End(NodeInfo node, RowTrack row)
    {
        row.UnderWay = SoFar(node, row);
        row.HoldsSlot = false;
        row.Job.Slots.Open(loop.Now, 1);
        ActiveNodes--;
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
        // None when the node reports anew what an earlier task had found: there was no pull for this row.
        PullResult? success = row?.Outcome == NodeOutcome.Succeeded && tasks.Count > 0 ? tasks[^1].Success : null;
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

    private sealed record NodeInfo(string Name, string Pool, SimTime Joined)
    {
        /// <summary>In the order in which the daemon came to know of them.</summary>
        public List<TaskTrack> Tracks { get; } = new(1);

        /// <summary>Rows that are not released, of jobs that have not ended.</summary>
        public List<RowTrack> Rows { get; } = new(1);
    }
}

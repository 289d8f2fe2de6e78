using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures;

/// <summary>A job, as long as it asks for one image.</summary>
internal sealed class JobTrack(ImagePullJob latest, SimTime start)
{
    private readonly ImageReference? _image = ImageReference.TryParse(latest.Spec.Image, out ImageReference? image, out _) ? image : null;
    private TargetSelector _selector = new(latest.Spec.Selector);

    public string Uid { get; } = latest.Metadata.Uid;

    public ImagePullJob Latest { get; set; } = latest;

    public SimTime Start { get; } = start;

    public SimTime? Completion { get; set; }

    /// <summary>Whether the job was deleted, or asks for another image since.</summary>
    public bool IsGone { get; set; }

    /// <summary>When the job completed, was deleted or asked for another image, whichever came first.</summary>
    public SimTime? Ended { get; set; }

    /// <summary>Nodes that the job selects, as long as it has not ended.</summary>
    public int Targets { get; set; }

    /// <summary>The parallelism in force, in nodes; the last one when the job has ended.</summary>
    public int Limit { get; private set; }

    public FreeSlots<SimTime> Slots { get; } = new();

    /// <summary>By node.</summary>
    public Dictionary<int, RowTrack> Rows { get; } = [];

    public bool AsksFor(string image, string tag) => _image is not null && _image.FamiliarName == image && _image.TagOrDigest == tag;

    public bool Selects(NodeImage? nodeImage) => nodeImage is not null && _selector.Selects(nodeImage.Metadata);

    /// <summary>Takes over a selector; false when it is the one in force.</summary>
    public bool Select(ImagePullJobNodeSelector? selector)
    {
        if (Equals(selector, Latest.Spec.Selector))
        {
            return false;
        }

        _selector = new TargetSelector(selector);
        return true;
    }

    /// <summary>Opens or closes slots when the limit has changed.</summary>
    public void Adjust(SimTime now)
    {
        int limit = Parallelism.TryParse(Latest.Spec.Parallelism, out Parallelism parallelism) ? parallelism.Of(Targets) : 0;
        if (limit > Limit)
        {
            Slots.Open(now, limit - Limit);
        }
        else
        {
            Slots.Close(Limit - limit);
        }

        Limit = limit;
    }
}

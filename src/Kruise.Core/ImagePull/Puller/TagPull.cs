using Kruise.Core.Api;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>One wanted tag: how far it has come. Lives as long as the tag is wanted at the same version.</summary>
internal sealed class TagPull(string image, ImageTagSpec spec)
{
    public string Image { get; } = image;

    /// <summary>The newest spec of this version: limits changed meanwhile count for the attempts to come.</summary>
    public ImageTagSpec Spec { get; set; } = spec;

    public IReadOnlyList<ReferenceObject>? PullSecrets { get; set; }

    public ImageTagStatus Status { get; set; } = new() { Tag = spec.Tag, Version = spec.Version };

    /// <summary>Whether reports show <see cref="Status"/>.</summary>
    public bool Published { get; set; }

    /// <summary>What reports show until then: the end of an earlier version, if there was one.</summary>
    public ImageTagStatus? Previous { get; set; }

    public ImageTagStatus? Shown => Published ? Status : Previous;

    /// <summary>Where the deadline counts from, by the node's clock.</summary>
    public DateTime Origin { get; set; }

    public DateTime FirstAttemptAt { get; set; }

    public int Attempts { get; set; }

    public PullId Running { get; set; }

    /// <summary>When the attempt that runs has to be stopped.</summary>
    public DateTime StopAt { get; set; }

    /// <summary>The end of the sleep after a failed attempt.</summary>
    public DateTime NotBefore { get; set; }

    /// <summary>The error to give up with when the sleep after the last attempt is over; null while attempts are left.</summary>
    public string? FinalError { get; set; }

    public bool IsRunning => Running.Value != 0;

    public bool IsDone => Status.CompletionTime is not null;

    public string Reference => ImageReference.Pullable(Image, Spec.Tag);

    /// <summary>When the tag has to be given up; the end of time when it has no limit.</summary>
    public DateTime Deadline =>
        Spec.PullPolicy?.ActiveDeadlineSeconds is { } seconds && seconds < (DateTime.MaxValue - Origin).TotalSeconds
            ? Origin.AddSeconds(seconds)
            : DateTime.MaxValue;

    public bool IsReady(DateTime now) => !IsDone && !IsRunning && FinalError is null && NotBefore <= now;

    /// <summary>The order in which tags get a free place: oldest first, then by name.</summary>
    public bool GoesBefore(TagPull other)
    {
        int byAge = Nullable.Compare(Spec.CreatedAt, other.Spec.CreatedAt);
        return byAge != 0 ? byAge < 0 : CompareNames(Image, Spec.Tag, other.Image, other.Spec.Tag) < 0;
    }

    public static int CompareNames(string image, string tag, string otherImage, string otherTag)
    {
        int byImage = string.CompareOrdinal(image, otherImage);
        return byImage != 0 ? byImage : string.CompareOrdinal(tag, otherTag);
    }
}

namespace Kruise.Live.Recording;

/// <summary>When something was learnt.</summary>
/// <param name="Nanoseconds">Since the recorder began, by its own monotonic clock.</param>
/// <param name="IsPast">
/// Whether it was found when the recorder came, and not seen to happen: then the objects' own times, in whole seconds, say when it was.
/// </param>
internal readonly record struct Moment(long Nanoseconds, bool IsPast);

namespace Kruise.Live.Recording;

/// <summary>What was recorded of a job.</summary>
/// <param name="End">Why the recording ended.</param>
/// <param name="Image">The image, as the job names it; null when the job never existed.</param>
/// <param name="Completed">When the job completed, nanoseconds since its asking; null when it did not.</param>
/// <param name="SawBeginning">Whether the recorder was there when the job was applied.</param>
/// <param name="Rows">The rows, by node.</param>
internal sealed record JobRecording(RecordingEnd End, string? Image, long? Completed, bool SawBeginning, IReadOnlyList<RecordedRow> Rows);

using System.Text.Json.Nodes;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>What a lease says.</summary>
/// <param name="Holder">Who holds it; empty when it was given up.</param>
/// <param name="DurationSeconds">For how long after a renewal it is held.</param>
/// <param name="AcquireTime">Since when the holder has it, by the holder's clock; null when not said.</param>
/// <param name="RenewTime">When it was renewed last, by the holder's clock, which nobody else goes by; null when not said.</param>
/// <param name="Transitions">How often it went from one holder to another.</param>
internal sealed record LeaseRecord(string Holder, int DurationSeconds, DateTime? AcquireTime, DateTime? RenewTime, int Transitions);

/// <summary>A lease as the API server keeps it.</summary>
/// <param name="Record">What it says.</param>
/// <param name="Object">All of it, with what others wrote; has the resourceVersion that an update needs.</param>
internal sealed record StoredLease(LeaseRecord Record, JsonObject Object);

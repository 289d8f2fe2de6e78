using System.Globalization;
using System.Text.Json.Nodes;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>A lease as JSON, coordination.k8s.io/v1.</summary>
internal static class LeaseJson
{
    // The API server refuses any other number of digits.
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static JsonObject New(string name, string @namespace, LeaseRecord record) => Write(
        new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        },
        record);

    /// <summary>The lease with a new record; fields that are not ours stay.</summary>
    public static JsonObject Write(JsonObject lease, LeaseRecord record)
    {
        var written = (JsonObject)lease.DeepClone();
        if (written["spec"] is not JsonObject spec)
        {
            written["spec"] = spec = [];
        }

        spec["holderIdentity"] = record.Holder;
        spec["leaseDurationSeconds"] = record.DurationSeconds;
        spec["acquireTime"] = Text(record.AcquireTime);
        spec["renewTime"] = Text(record.RenewTime);
        spec["leaseTransitions"] = record.Transitions;
        return written;
    }

    public static StoredLease Read(JsonObject lease)
    {
        var spec = lease["spec"] as JsonObject;
        return new StoredLease(
            new LeaseRecord(
                (string?)spec?["holderIdentity"] ?? "",
                (int?)spec?["leaseDurationSeconds"] ?? 0,
                Time((string?)spec?["acquireTime"]),
                Time((string?)spec?["renewTime"]),
                (int?)spec?["leaseTransitions"] ?? 0),
            lease);
    }

    private static string? Text(DateTime? time) => time?.ToString(MicroTime, CultureInfo.InvariantCulture);

    private static DateTime? Time(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time)
            ? time
            : null;
}

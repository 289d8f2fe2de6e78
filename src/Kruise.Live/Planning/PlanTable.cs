using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kruise.Live.Planning;

/// <summary>A plan as plain text: a line per write, further lines for further changes of the same object.</summary>
internal static class PlanTable
{
    /// <summary>The widest line, unless said.</summary>
    public const int Width = 160;

    private const int LongestKey = 32;
    private const int LongestObject = 40;
    private const int LongestValue = 48;
    private const int MostChanges = 4;
    private const int Gap = 2;
    private const int LeastForChanges = 20;
    private const string Cut = "...";

    private static readonly string[] _header = ["CONTROLLER", "KEY", "WRITE", "OBJECT", "LOOK AGAIN", "CHANGES"];

    public static void Write(TextWriter output, IReadOnlyList<KeyPlan> plans, int width = Width)
    {
        List<string[]> rows = [_header];
        foreach (KeyPlan plan in plans)
        {
            foreach (PlannedWrite write in plan.Writes)
            {
                string[] changes = Changes(write);
                rows.Add(
                [
                    plan.Controller, Middle(plan.Key.ToString(), LongestKey), write.Verb, Middle(write.Kind + " " + write.Key, LongestObject),
                    plan.RequeueAfter is { } delay && ReferenceEquals(write, plan.Writes[0]) ? PlanSummary.In(delay) : "",
                    changes.Length == 0 ? "" : changes[0],
                ]);
                rows.AddRange(changes.Skip(1).Select(change => new[] { "", "", "", "", "", change }));
            }
        }

        if (rows.Count > 1)
        {
            Print(output, rows, width);
            output.Write('\n');
        }

        output.Write(PlanSummary.Of(plans) + "\n");
    }

    private static void Print(TextWriter output, List<string[]> rows, int width)
    {
        int[] widths = [.. Enumerable.Range(0, _header.Length).Select(column => WidthOf(column, rows))];
        int left = width - widths.Take(_header.Length - 1).Where(column => column > 0).Sum(column => column + Gap);
        widths[^1] = Math.Max(LeastForChanges, left);
        var line = new StringBuilder();
        foreach (string[] row in rows)
        {
            line.Clear();
            for (int column = 0; column < row.Length; column++)
            {
                if (widths[column] == 0)
                {
                    continue;
                }

                line.Append(End(row[column], widths[column]).PadRight(widths[column] + Gap));
            }

            output.Write(line.ToString().TrimEnd() + "\n");
        }
    }

    // A column that holds nothing is left out.
    private static int WidthOf(int column, List<string[]> rows) =>
        rows.Skip(1).Max(row => row[column].Length) is > 0 and int longest ? Math.Max(longest, rows[0][column].Length) : 0;

    private static string[] Changes(PlannedWrite write)
    {
        if (write.Event is { } said)
        {
            return [$"{said.Severity} {said.Reason}: {said.Message.ReplaceLineEndings(" ")}"];
        }

        string[] all = write.Object is { } created ? [.. Created(created)] : [.. write.Changes.Select(Change)];
        return all.Length <= MostChanges
            ? all
            : [.. all.Take(MostChanges - 1), string.Create(CultureInfo.InvariantCulture, $"+{all.Length - MostChanges + 1} more")];
    }

    private static IEnumerable<string> Created(JsonObject created) =>
        created.Where(field => field.Key is not ("apiVersion" or "kind" or "metadata" or "status") && field.Value is not (null or JsonObject { Count: 0 }))
            .Select(field => $"{field.Key}: {End(Value(field.Value), LongestValue)}");

    // What was added or removed whole has the line to itself.
    private static string Change(JsonChange change) => (change.Old, change.New) switch
    {
        (null, _) => $"+ {change.Path}: {Value(change.New)}",
        (_, null) => $"- {change.Path}: {Value(change.Old)}",
        _ => $"{change.Path}: {End(Value(change.Old), LongestValue)} -> {End(Value(change.New), LongestValue)}",
    };

    private static string Value(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text)
        ? text.ReplaceLineEndings(" ")
        : PlanJson.Compact(node).Replace("\"", "", StringComparison.Ordinal);

    private static string End(string text, int width) => text.Length <= width ? text : text[..(width - Cut.Length)] + Cut;

    // Names differ at their ends, and namespaces at their beginnings.
    private static string Middle(string text, int width)
    {
        int left = (width - Cut.Length) / 2;
        return text.Length <= width ? text : text[..left] + Cut + text[^(width - Cut.Length - left)..];
    }
}

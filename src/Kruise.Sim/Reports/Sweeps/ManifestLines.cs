using System.Text;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>The lines to change for a setting, as a small difference of each file.</summary>
internal static class ManifestLines
{
    /// <summary>As a section of a report; none when all is as it is.</summary>
    public static IEnumerable<ReportSection> Section(IReadOnlyList<VariedValue> axes, IReadOnlyList<string?> values)
    {
        string lines = Of(axes, values);
        if (lines.Length == 0) yield break;
        yield return new("change", "Lines to change", ReportText.Of(page => page.Append("```diff\n").Append(lines).Append("```\n\n").Paragraph("Files are named from the scenario's folder."))) { ShortTitle = "Change" };
    }

    /// <summary>Nothing when all is as it is.</summary>
    public static string Of(IReadOnlyList<VariedValue> axes, IReadOnlyList<string?> values)
    {
        var text = new StringBuilder();
        for (int i = 0; i < axes.Count; i++)
        {
            VariedValue axis = axes[i];
            if (values[i] is not { } value || value == axis.Present) continue;
            string last = PathNames.Last(axis.PathInFile), field = last.EndsWith(']') ? "- " : last + ": ";
            string where = axis.Line > 0 ? FormattableString.Invariant($"{axis.File}:{axis.Line}") : axis.File;
            text.Append("# ").Append(where).Append("  ").Append(axis.PathInFile).Append('\n');
            text.Append(axis.Present is null ? "# not written today\n" : $"-{field}{axis.Present}\n");
            text.Append('+').Append(field).Append(value).Append('\n');
        }

        return text.ToString();
    }
}

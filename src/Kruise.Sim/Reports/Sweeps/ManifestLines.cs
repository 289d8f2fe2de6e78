using System.Text;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>The lines to change for a setting, as a small difference of each file.</summary>
internal static class ManifestLines
{
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

using System.Text;

namespace Kruise.Sim.Reports;

/// <summary>Small pieces of GitHub's Markdown.</summary>
internal static class Markdown
{
    /// <summary>A table; a column whose heading begins with <c>&gt;</c> is aligned to the right.</summary>
    public static void Table(this StringBuilder page, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        Row(page, headings.Select(heading => heading.TrimStart('>')));
        Row(page, headings.Select(heading => heading.StartsWith('>') ? "---:" : "---"));
        foreach (IReadOnlyList<string> row in rows) Row(page, row);
        page.Append('\n');
    }

    /// <summary>A line of its own, followed by an empty one.</summary>
    public static StringBuilder Paragraph(this StringBuilder page, string text) => page.Append(text).Append("\n\n");

    /// <summary>A text of the user's as code; a run of backticks inside it is fenced by a longer one.</summary>
    public static string Code(string text)
    {
        string line = OneLine(text), fence = "`";
        while (line.Contains(fence, StringComparison.Ordinal)) fence += "`";
        return fence.Length == 1 ? fence + line + fence : fence + " " + line + " " + fence;
    }

    /// <summary>A text of the user's as it stands: nothing in it is markup.</summary>
    public static string Plain(string text)
    {
        StringBuilder escaped = new();
        foreach (char letter in OneLine(text))
        {
            if (letter is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '&') escaped.Append('\\');
            escaped.Append(letter);
        }

        return escaped.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static void Row(StringBuilder page, IEnumerable<string> cells)
    {
        page.Append('|');
        foreach (string cell in cells) page.Append(' ').Append(cell.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |");
        page.Append('\n');
    }
}

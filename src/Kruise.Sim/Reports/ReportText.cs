using System.Text;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary>A section of a report.</summary>
/// <param name="Id">Its name in links of <c>report.html</c>.</param>
/// <param name="Title">Its heading, plain.</param>
/// <param name="Markdown">What stands below the heading.</param>
internal sealed record ReportSection(string Id, string Title, string Markdown)
{
    /// <summary>Its name among others on one line; the title where it is short enough.</summary>
    public string ShortTitle { get; init; } = Title;

    /// <summary>By column of its first table, and row, what the rows are sorted by (no number: last); a column without is sorted by its text. Empty: the table is not sorted.</summary>
    public IReadOnlyList<IReadOnlyList<double?>?> SortKeys { get; init; } = [];
}

/// <summary>What a report says in words and tables: <c>report.md</c> is this with pictures, <c>report.html</c> this with charts.</summary>
internal sealed record ReportText
{
    /// <summary>Plain.</summary>
    public required string Title { get; init; }

    /// <summary>As Markdown, as all that follows.</summary>
    public required string Question { get; init; }

    public required string Answer { get; init; }

    /// <summary>What stands before what is drawn.</summary>
    public required IReadOnlyList<ReportSection> Before { get; init; }

    /// <summary>What is to be known of what is drawn; empty for nothing.</summary>
    public string OfDrawn { get; init; } = "";

    /// <summary>What stands after it.</summary>
    public required IReadOnlyList<ReportSection> After { get; init; }

    /// <summary>How to get it again.</summary>
    public required string Reproduce { get; init; }

    /// <summary>The files that have the figures.</summary>
    public required string Data { get; init; }

    public IEnumerable<ReportSection> Sections => Before.Concat(After);

    /// <summary>A section's Markdown by what writes it.</summary>
    public static string Of(Action<StringBuilder> write)
    {
        StringBuilder text = new();
        write(text);
        return text.ToString();
    }

    /// <summary>The text of <c>report.md</c>.</summary>
    public string Page(IReadOnlyList<PlotFile> plots)
    {
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(Title));
        page.Paragraph("**Question.** " + Question);
        page.Paragraph("**Answer.** " + Answer);
        foreach (ReportSection section in Before) Append(section);
        if (plots.Count > 0 && OfDrawn.Length > 0) page.Paragraph(OfDrawn);
        foreach (PlotFile plot in plots) RunPage.Plot(page, plot);
        foreach (ReportSection section in After) Append(section);
        page.Paragraph("## Reproduce");
        page.Append(Reproduce);
        page.Append("Data: ").Append(Data).Append(".\n");
        return page.ToString();

        void Append(ReportSection section) => page.Paragraph("## " + section.Title).Append(section.Markdown);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// <c>report.html</c>: the report as one file to look at, which needs nothing beside it. What it says stands in its markup; curves, cells and rows are drawn from the JSON at its end.
/// The same run gives the same bytes.
/// </summary>
internal static class HtmlPage
{
    public const string FileName = "report.html";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The page of one run.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="run">What was measured.</param>
    /// <param name="reproduceCommand">The command line that gives it again.</param>
    /// <param name="inVariant">Whether the page of the comparison stands one folder above.</param>
    public static void Write(Stream stream, RunResult run, string reproduceCommand, bool inVariant)
    {
        RowLinks links = new(run);
        string answer = HtmlMarkdown.Inline(RunPage.AnswerOf(run, links));
        StringBuilder body = new();
        RunPage.Body(body, run, plots: false, links);
        IReadOnlyList<KeyFigure> figures = KeyFigures.Of(run, links);
        StringBuilder reproduce = new();
        RunPage.Reproduce(reproduce, run, reproduceCommand);
        byte[] data = PageJson.Of(run, links);

        bool rows = run.Nodes.Count + run.Pods.Count + run.Upgrades.Count > 0;
        StringBuilder page = new();
        Begin(page, Titles.Of(run), [.. rows ? [("cluster", "Cluster")] : Array.Empty<(string, string)>(), ("curves", "Curves"),
            .. rows ? [("causes", "Causes"), ("rows", "Rows")] : Array.Empty<(string, string)>(), ("details", "Details")]);
        Head(page, Titles.Of(run), Text(run.Question), answer, Verdict(run), figures, inVariant ? "../" + FileName : null);
        if (rows) Section(page, "cluster", "The cluster over time", "");
        Section(page, "curves", "Curves", "");
        if (rows)
        {
            Section(page, "causes", "Where the time went", "");
            Section(page, "rows", "Row by row", "");
        }

        Section(page, "details", "Details", HtmlMarkdown.Blocks(body.ToString(), "Details"));
        Section(page, "reproduce", "Reproduce", HtmlMarkdown.Blocks(reproduce.ToString(), "Reproduce") + Files(run));
        End(page);
        Write(stream, page, data);
    }

    /// <summary>The page of a scenario's variants beside each other.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="report">The scenario's runs.</param>
    /// <param name="folders">The variants' folders.</param>
    public static void Write(Stream stream, ScenarioReport report, IReadOnlyList<string> folders)
    {
        // A figure of a variant leads into its page, which shows the same figures and so holds their rows.
        Dictionary<RunResult, FigureLinks> byRun = new(ReferenceEqualityComparer.Instance);
        for (int index = 0; index < folders.Count; index++) byRun[report.Runs[index]] = new RowLinks(report.Runs[index], folders[index] + "/" + FileName);
        FigureLinks Links(RunResult run) => byRun[run];
        StringBuilder tables = new(), variants = new(), reproduce = new();
        ComparisonPage.Tables(tables, report, folders, Links);
        ComparisonPage.Variants(variants, report, folders, Links);
        RunPage.Command(reproduce, report.ReproduceCommand);
        StringBuilder page = new();
        Begin(page, report.Scenario, [("variants", "Variants"), ("curves", "Curves"), ("causes", "Causes"), ("each", "Each variant")]);
        int failed = report.Runs.Count(run => !run.Passed), expecting = report.Runs.Count(HasVerdict);
        string verdict = expecting == 0 ? "" : failed == 0 ? Badge(true, "expectations met") : Badge(false, failed == 1 ? "1 variant failed" : $"{Human.Count(failed)} variants failed");
        Head(page, report.Scenario, Text(report.Question), HtmlMarkdown.Inline(ComparisonPage.AnswerOf(report, Links)), verdict, [], up: null);
        Section(page, "variants", "The variants beside each other", HtmlMarkdown.Blocks(tables.ToString(), "Variants"));
        Section(page, "curves", "Curves, one per variant", "");
        Section(page, "causes", "Where the time went, by variant", "");
        Section(page, "each", "Each variant", HtmlMarkdown.Blocks(variants.ToString(), ""));
        Section(page, "reproduce", "Reproduce", HtmlMarkdown.Blocks(reproduce.ToString(), "")
            + "<p>Data: <a href=\"summary.json\">summary.json</a> with every variant’s summary; rows and samples in the variants’ folders. The same report as text: <a href=\"report.md\">report.md</a>.</p>\n");
        End(page);
        Write(stream, page, PageJson.Of(report));
    }

    /// <summary>The page of a report of several runs.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="text">What it says.</param>
    /// <param name="drawn">Where its charts come.</param>
    /// <param name="data">What they are drawn from.</param>
    public static void Write(Stream stream, ReportText text, IReadOnlyList<PageSection> drawn, byte[] data)
    {
        PageSection[] sections = [.. text.Before.Select(Said), .. drawn, .. text.After.Select(Said)];
        StringBuilder page = new();
        Begin(page, text.Title, [.. sections.Select(section => (section.Id, section.ShortTitle))]);
        Head(page, text.Title, HtmlMarkdown.Inline(text.Question), HtmlMarkdown.Inline(text.Answer), "", [], up: null);
        foreach (PageSection section in sections)
            Section(page, section.Id, Text(section.Title), (section == drawn[0] ? HtmlMarkdown.Blocks(text.OfDrawn, "") : "") + section.Content);
        Section(page, "reproduce", "Reproduce", HtmlMarkdown.Blocks(text.Reproduce + $"Data: {text.Data}. The same report as text: [{RunPage.FileName}]({RunPage.FileName}).\n", "Reproduce"));
        End(page);
        Write(stream, page, data);

        static PageSection Said(ReportSection section) => new(section.Id, section.ShortTitle, section.Title, HtmlMarkdown.Blocks(section.Markdown, section.Title));
    }

    private static bool HasVerdict(RunResult run) => run.Expectations.Count > 0 || run.ViolationCount > 0;

    private static string Verdict(RunResult run)
    {
        if (!HasVerdict(run)) return "";
        if (run.Passed) return Badge(true, run.Expectations.All(expectation => expectation.Passed) ? "expectations met" : "nothing failed by this seed alone");
        int failed = run.Expectations.Count(expectation => !expectation.Passed && !expectation.IsOverSeeds);
        return Badge(false, run.ViolationCount > 0 ? "a rule was violated" : failed == 1 ? "1 expectation failed" : $"{Human.Count(failed)} expectations failed");
    }

    private static string Badge(bool good, string words) => $"<span class=\"badge {(good ? "good" : "bad")}\">{(good ? "✓" : "✗")} {words}</span>";

    private static void Begin(StringBuilder page, string title, IReadOnlyList<(string Id, string Title)> sections)
    {
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(HtmlAssets.Policy).Append("\">\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
        page.Append("<title>").Append(Text(title)).Append(" – kruise-sim report</title>\n");
        page.Append("<style>").Append(HtmlAssets.Style).Append("</style>\n</head>\n<body>\n");
        page.Append("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header class=\"bar\"><div class=\"inner\"><a class=\"brand\" href=\"#main\">kruise-sim</a>\n<nav aria-label=\"Sections\"><ul>");
        foreach ((string id, string name) in sections) page.Append("<li><a href=\"#").Append(id).Append("\">").Append(name).Append("</a></li>");
        page.Append("</ul></nav>\n<div id=\"theme\"></div></div></header>\n<main id=\"main\" tabindex=\"-1\">\n");
    }

    private static void Head(StringBuilder page, string title, string? question, string answer, string verdict, IReadOnlyList<KeyFigure> figures, string? up)
    {
        page.Append("<section class=\"head\" aria-labelledby=\"title\">\n");
        if (up is not null) page.Append("<p class=\"up\"><a href=\"").Append(up).Append("\">← all variants</a></p>\n");
        page.Append("<div class=\"title\"><h1 id=\"title\">").Append(Text(title)).Append("</h1>").Append(verdict).Append("</div>\n");
        if (question is not null) page.Append("<p class=\"question\"><span class=\"label\">Question</span> ").Append(question).Append("</p>\n");
        page.Append("<p class=\"answer\"><span class=\"label\">Answer</span> ").Append(answer).Append("</p>\n");
        if (figures.Count > 0)
        {
            page.Append("<dl class=\"figures\" aria-label=\"Key figures\">\n");
            foreach (KeyFigure figure in figures)
            {
                page.Append("<div><dt>").Append(HtmlMarkdown.Inline(figure.Label)).Append("</dt><dd>").Append(HtmlMarkdown.Inline(figure.Value));
                if (figure.Note.Length > 0) page.Append(" <small>").Append(HtmlMarkdown.Inline(figure.Note)).Append("</small>");
                page.Append("</dd></div>\n");
            }

            page.Append("</dl>\n");
        }

        page.Append("<noscript><p class=\"note\">Curves, cluster and rows need JavaScript; everything else stands here without it.</p></noscript>\n</section>\n");
    }

    private static void Section(StringBuilder page, string id, string title, string content) =>
        page.Append("<section id=\"").Append(id).Append("\" tabindex=\"-1\" aria-labelledby=\"").Append(id).Append("-title\">\n<h2 id=\"").Append(id).Append("-title\">").Append(title).Append("</h2>\n")
            .Append("<div class=\"content\">").Append(content).Append("</div>\n</section>\n");

    private static string Files(RunResult run)
    {
        string[] files =
        [
            RunPage.FileName, SummaryJson.FileName, .. run.SidecarSets.Count > 0 ? [SidecarsCsv.FileName] : Array.Empty<string>(), .. run.Workloads.Count > 0 ? [PodsCsv.FileName] : Array.Empty<string>(),
            NodesCsv.FileName, SeriesCsv.FileName,
        ];
        return "<p>Beside this page: " + string.Join(", ", files.Select(file => $"<a href=\"{file}\">{file}</a>")) + ".</p>\n";
    }

    private static void End(StringBuilder page)
    {
        page.Append("</main>\n<footer><details><summary>Curves are drawn by uPlot, under the MIT licence</summary><pre tabindex=\"0\">").Append(Text(HtmlAssets.Licence.Trim())).Append("</pre></details></footer>\n");
        page.Append("<script type=\"application/json\" id=\"data\">");
    }

    private static void Write(Stream stream, StringBuilder page, byte[] data)
    {
        stream.Write(s_utf8.GetBytes(page.ToString()));
        stream.Write(data);
        stream.Write(s_utf8.GetBytes("</script>\n<script>" + HtmlAssets.Script + "</script>\n</body>\n</html>\n"));
    }

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Text(string? text) => WebUtility.HtmlEncode(text);
}

/// <summary>A section of a page.</summary>
/// <param name="Id">Its name in links.</param>
/// <param name="ShortTitle">Its name in the page's navigation, plain.</param>
/// <param name="Title">Its heading, plain.</param>
/// <param name="Content">Its markup.</param>
internal sealed record PageSection(string Id, string ShortTitle, string Title, string Content);

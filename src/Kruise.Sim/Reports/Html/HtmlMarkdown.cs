using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Kruise.Sim.Reports.Html;

/// <summary>The pages' Markdown as HTML: tables that scroll on their own and have a caption, no style in the markup, nothing of it taken for HTML.</summary>
internal static class HtmlMarkdown
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    /// <summary>Blocks; headings stand one level lower than they say.</summary>
    /// <param name="markdown">Of the pages' own writers, users' texts escaped.</param>
    /// <param name="caption">Of tables that no heading stands above.</param>
    public static string Blocks(string markdown, string caption)
    {
        MarkdownDocument document = Markdig.Markdown.Parse(markdown, s_pipeline);
        foreach (HeadingBlock heading in document.Descendants<HeadingBlock>()) heading.Level++;
        using StringWriter text = new() { NewLine = "\n" };
        HtmlRenderer renderer = new(text) { LinkRewriter = Rewrite };
        s_pipeline.Setup(renderer);
        renderer.ObjectRenderers.RemoveAll(existing => existing is HtmlTableRenderer);
        renderer.ObjectRenderers.Add(new TableRenderer(caption));
        renderer.Render(document);
        return text.ToString();
    }

    /// <summary>What would be a paragraph, without its element.</summary>
    public static string Inline(string markdown)
    {
        string html = Blocks(markdown, "").Trim();
        return html.StartsWith("<p>", StringComparison.Ordinal) && html.EndsWith("</p>", StringComparison.Ordinal) ? html[3..^4] : html;
    }

    // A page of this kind leads to pages of its kind.
    private static string Rewrite(string url) => url.EndsWith("/" + RunPage.FileName, StringComparison.Ordinal) ? url[..^RunPage.FileName.Length] + HtmlPage.FileName : url;

    private sealed class TableRenderer(string caption) : HtmlObjectRenderer<Table>
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            string name = Name(table);
            renderer.EnsureLine();
            renderer.Write("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: ").WriteEscape(name).WriteLine("\">");
            renderer.Write("<table><caption class=\"hidden-text\">").WriteEscape(name).WriteLine("</caption>");
            bool body = false;
            foreach (TableRow row in table.OfType<TableRow>())
            {
                if (row.IsHeader) renderer.Write("<thead>");
                else if (!body) renderer.Write("<tbody>");
                body |= !row.IsHeader;
                Row(renderer, table, row);
                if (row.IsHeader) renderer.WriteLine("</thead>");
            }

            if (body) renderer.WriteLine("</tbody>");
            renderer.WriteLine("</table></div>");
        }

        private static void Row(HtmlRenderer renderer, Table table, TableRow row)
        {
            renderer.Write("<tr>");
            for (int i = 0; i < row.Count; i++)
            {
                string element = row.IsHeader || i == 0 ? "th" : "td";
                bool right = i < table.ColumnDefinitions.Count && table.ColumnDefinitions[i].Alignment == TableColumnAlign.Right;
                renderer.Write("<").Write(element).Write(row.IsHeader ? " scope=\"col\"" : i == 0 ? " scope=\"row\"" : "").Write(right ? " class=\"number\">" : ">");
                bool paragraphs = renderer.ImplicitParagraph;
                renderer.ImplicitParagraph = true;
                renderer.Write((TableCell)row[i]);
                renderer.ImplicitParagraph = paragraphs;
                renderer.Write("</").Write(element).Write(">");
            }

            renderer.WriteLine("</tr>");
        }

        /// <summary>The heading above it.</summary>
        private string Name(Table table)
        {
            if (table.Parent is not { } parent) return caption;
            for (int i = parent.IndexOf(table) - 1; i >= 0; i--)
            {
                if (parent[i] is HeadingBlock { Inline: { } title }) return string.Concat(title.Descendants<LiteralInline>().Select(literal => literal.Content.ToString()));
            }

            return caption;
        }
    }
}

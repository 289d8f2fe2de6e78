using System.Globalization;
using Kruise.Sim.Measures;
using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>The page of one run, used by pointer and by keyboard.</summary>
[Collection(Pages.Name)]
public sealed class RunPageTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task The_slider_moves_the_cluster_by_mouse_and_keyboard()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator slider = Slider(open.Page);
        Assert.Equal(240, await Count(open.Page, "warm") + await Count(open.Page, "failed"));
        LocatorBoundingBoxResult box = (await slider.BoundingBoxAsync())!;
        await open.Page.Mouse.ClickAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        double at = double.Parse(await slider.InputValueAsync(), CultureInfo.InvariantCulture) / 1000;
        Assert.InRange(at, 0.45, 0.55);
        (double begin, double end) = Span(reports.Nodes);
        double moment = begin + ((end - begin) * at);
        int warm = reports.Nodes.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded && row.Reported!.Value.Seconds <= moment);
        Assert.InRange(await Count(open.Page, "warm"), warm - 1, warm + 1);
        Assert.Equal(240, (await Counts(open.Page)).Sum());
        await slider.FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        Assert.Equal(0, await Count(open.Page, "warm"));
        await open.Page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal("1", await slider.InputValueAsync());
        Assert.Contains("waiting to be dispatched", await slider.GetAttributeAsync("aria-valuetext"), StringComparison.Ordinal);
        await open.Page.Keyboard.PressAsync("End");
        Assert.Equal(reports.Nodes.Jobs[0].Succeeded, await Count(open.Page, "warm"));
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Play_goes_from_the_beginning_to_the_end_and_can_be_held()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        // 48 s for the run: it is held long before its end, however slow the machine.
        await open.Page.GetByLabel("Speed").SelectOptionAsync("0.25");
        ILocator play = open.Page.Locator(".controls button.primary"), slider = Slider(open.Page);
        await play.ClickAsync();
        await Assertions.Expect(slider).Not.ToHaveValueAsync("1000");
        await play.ClickAsync();
        Assert.Equal("▶ Play", await play.InnerTextAsync());
        string held = await slider.InputValueAsync();
        Assert.NotEqual("1000", held);
        await open.Page.GetByLabel("Speed").SelectOptionAsync("4");
        await play.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(slider).ToHaveValueAsync("1000", new() { Timeout = 30_000 });
        await Assertions.Expect(play).ToHaveTextAsync("▶ Play");
        Assert.Equal(240, (await Counts(open.Page)).Sum());
    }

    [Fact]
    public async Task Cells_lead_to_their_rows_by_pointer_and_keyboard()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator cells = open.Page.Locator("canvas.cells");
        await cells.FocusAsync();
        await open.Page.Keyboard.PressAsync("ArrowRight");
        await open.Page.Keyboard.PressAsync("ArrowRight");
        Assert.StartsWith("web-1: warm at", await open.Page.Locator(".cluster .reading").InnerTextAsync(), StringComparison.Ordinal);
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(open.Page.Locator(".row-detail h3")).ToHaveTextAsync("web-1");
        await cells.ClickAsync(new() { Position = new() { X = 6, Y = 30 } });
        await Assertions.Expect(open.Page.Locator(".row-detail h3")).ToHaveTextAsync("web-0");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task The_table_sorts_and_says_so()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator heading = open.Page.Locator(".rows th[scope=col]").Filter(new() { HasText = "warmup" });
        await heading.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(heading).ToHaveAttributeAsync("aria-sort", "descending");
        double[] slowest = [.. reports.Nodes.Nodes.Where(row => row.WarmupSeconds is not null).Select(row => row.WarmupSeconds!.Value).OrderDescending()];
        Assert.Equal(Shown(slowest.Take(5)), (await Column(open.Page, "warmup")).Take(5));
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(heading).ToHaveAttributeAsync("aria-sort", "ascending");
        Assert.Equal(Shown(slowest.Reverse().Take(5)), (await Column(open.Page, "warmup")).Take(5));
        await open.Page.Locator(".rows th[scope=col]").Filter(new() { HasText = "node" }).GetByRole(AriaRole.Button).ClickAsync();
        Assert.Equal(["web-0", "web-1", "web-2"], (await Column(open.Page, "node")).Take(3));
        await Assertions.Expect(heading).ToHaveAttributeAsync("aria-sort", "none");

        static IEnumerable<string> Shown(IEnumerable<double> seconds) => seconds.Select(value => value.ToString("#,0.000", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_table_is_searched_and_cleared()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator count = open.Page.Locator("#rows .count");
        await open.Page.GetByLabel("Search").FillAsync("web-23");
        int found = reports.Nodes.Nodes.Count(row => row.Node.Contains("web-23", StringComparison.Ordinal));
        await Assertions.Expect(count).ToContainTextAsync($"{found} of 240 rows");
        await open.Page.GetByLabel("Search").FillAsync("MANIFEST refused");
        await Assertions.Expect(count).ToContainTextAsync($"{reports.Nodes.Nodes.Count(row => row.Outcome == NodeOutcome.Failed)} of 240 rows");
        await open.Page.GetByLabel("Search").FillAsync("no such thing");
        await Assertions.Expect(count).ToContainTextAsync("0 of 240 rows");
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Show all rows" }).ClickAsync();
        await Assertions.Expect(count).ToContainTextAsync("240 of 240 rows");
        await open.Page.GetByLabel("Columns").SelectOptionAsync("all");
        Assert.Equal(Kruise.Sim.Reports.NodesCsv.Columns.Count, await open.Page.Locator(".rows th[scope=col]").CountAsync());
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Causes_and_their_groups_filter_the_rows()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator count = open.Page.Locator("#rows .count"), cause = open.Page.Locator(".cause-list button[data-cause=backOff]");
        int backOff = (int)WarmupCause.BackOff;
        NodeRow[] held = [.. reports.Nodes.Nodes.Where(row => row.CauseNanoseconds[backOff] > 0).OrderByDescending(row => row.CauseNanoseconds[backOff])];
        await cause.ClickAsync();
        await Assertions.Expect(count).ToContainTextAsync($"{held.Length} of 240 rows");
        await Assertions.Expect(cause).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(held[0].Node, (await Column(open.Page, "node"))[0]);

        // A column of the chart, by keyboard: twenty groups of twelve.
        await cause.ClickAsync();
        ILocator chart = open.Page.Locator("#chart-causes-nodes .plot");
        await chart.FocusAsync();
        await open.Page.Keyboard.PressAsync("End");
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(count).ToContainTextAsync("12 of 240 rows");
        HashSet<string> slowest = [.. reports.Nodes.Nodes.OrderBy(row => row.CauseNanoseconds.Sum() - row.CauseNanoseconds[0]).TakeLast(12).Select(row => row.Node)];
        Assert.Equal(slowest.Order(StringComparer.Ordinal), (await Column(open.Page, "node")).Order(StringComparer.Ordinal));
        await open.Page.Locator(".chip").ClickAsync();
        await Assertions.Expect(count).ToContainTextAsync("240 of 240 rows");

        // The same by pointer, in the first column.
        await chart.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await chart.Locator(".u-over").BoundingBoxAsync())!;
        await open.Page.Mouse.MoveAsync(box.X + (box.Width / 40), box.Y + 100);
        await open.Page.Mouse.ClickAsync(box.X + (box.Width / 40) + 1, box.Y + 100);
        await Assertions.Expect(count).ToContainTextAsync("12 of 240 rows");
        Assert.Contains("group 5 %", await open.Page.Locator(".chip").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Curves_zoom_together_and_show_values_under_the_pointer()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator chart = open.Page.Locator("#chart-warmup-curve .plot"), other = open.Page.Locator("#chart-registry-throughput .plot");
        await chart.ScrollIntoViewIfNeededAsync();
        string whole = (await chart.GetAttributeAsync("aria-description"))!;
        LocatorBoundingBoxResult box = (await chart.Locator(".u-over").BoundingBoxAsync())!;
        await open.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 100);
        double end = reports.Nodes.Jobs[0].Completion!.Value.Seconds;
        Assert.Matches(@"at .+", await open.Page.Locator("#chart-warmup-curve .reading").InnerTextAsync());
        int warm = reports.Nodes.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded && row.Reported!.Value.Seconds <= end / 2);
        string shown = await open.Page.Locator("#chart-warmup-curve .legend li").Filter(new() { HasText = "nodes warm" }).Locator(".value").InnerTextAsync();
        Assert.InRange(int.Parse(shown, CultureInfo.InvariantCulture), warm - 3, warm + 3);

        await open.Page.Mouse.MoveAsync(box.X + (box.Width * 0.25f), box.Y + 100);
        await open.Page.Mouse.DownAsync();
        await open.Page.Mouse.MoveAsync(box.X + (box.Width * 0.5f), box.Y + 110, new() { Steps = 5 });
        await open.Page.Mouse.UpAsync();
        await Assertions.Expect(chart).Not.ToHaveAttributeAsync("aria-description", whole);
        Assert.Equal(await chart.GetAttributeAsync("aria-description"), await other.GetAttributeAsync("aria-description"));
        await chart.FocusAsync();
        string dragged = (await chart.GetAttributeAsync("aria-description"))!;
        await open.Page.Keyboard.PressAsync("+");
        await Assertions.Expect(chart).Not.ToHaveAttributeAsync("aria-description", dragged);
        await open.Page.Keyboard.PressAsync("0");
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-description", whole);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Zoom in: Nodes warmed over time" }).ClickAsync();
        await Assertions.Expect(chart).Not.ToHaveAttributeAsync("aria-description", whole);
        await chart.Locator(".u-over").DblClickAsync();
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-description", whole);

        // Read by keyboard, and told.
        await chart.FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(open.Page.Locator("#chart-warmup-curve [aria-live]")).ToContainTextAsync("nodes warm");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_figure_leads_to_the_row_it_came_from()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        (NodeRow slowest, int index) = reports.Nodes.Nodes.Select((row, i) => (row, i)).Where(node => node.row.Outcome == NodeOutcome.Succeeded).MaxBy(node => node.row.WarmupSeconds);
        await open.Page.Locator(".figures div").Filter(new() { HasText = "the slowest" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(open.Page.Locator(".row-detail h3")).ToHaveTextAsync(slowest.Node);
        await Assertions.Expect(open.Page.Locator($"tr.selected[data-row='{index + 1}'] a")).ToBeFocusedAsync();
        string exact = (slowest.WarmupSeconds!.Value).ToString("0.000000000", CultureInfo.InvariantCulture) + " s";
        Assert.Contains(exact, await open.Page.Locator(".row-detail").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains($"row {index + 1} of nodes.csv", await open.Page.Locator(".row-detail").InnerTextAsync(), StringComparison.Ordinal);

        // A count leads to the rows that it counts, and a cause to those that it held.
        await open.Page.Locator(".figures div").Filter(new() { HasText = "failed" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(open.Page.Locator("#rows .count")).ToContainTextAsync($"{reports.Nodes.Jobs[0].Failed} of 240 rows");
        await open.Page.Locator("#details a[href='#nodes?cause=unpack']").First.ClickAsync();
        await Assertions.Expect(open.Page.Locator(".chip")).ToHaveTextAsync("with time for: unpack ×");

        // A moment of the timeline sets the slider.
        await open.Page.Locator("#details a[href='#at/30']").ClickAsync();
        await Assertions.Expect(open.Page.Locator(".moment")).ToHaveTextAsync("30.0 s");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Every_link_of_a_page_leads_somewhere()
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            string[] links = await open.Page.EvaluateAsync<string[]>("() => [...new Set([...document.querySelectorAll('main a, header a')].map(it => it.getAttribute('href')))]");
            foreach (string link in links.Where(link => !link.StartsWith('#')))
                Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, link.Split('#')[0])), $"{file}: {link}");
            foreach (string link in links.Where(link => link.StartsWith('#') && link.AsSpan().ContainsAny('/', '?')))
            {
                string table = link[1..].Split('/', '?')[0];
                await open.Page.EvaluateAsync("link => { location.hash = link; }", link);
                if (table == "at")
                {
                    string moment = "at " + Kruise.Sim.Reports.Human.Duration(double.Parse(link.AsSpan("#at/".Length), CultureInfo.InvariantCulture));
                    await Assertions.Expect(open.Page.Locator("#curves .reading").First).ToHaveTextAsync(moment);
                    continue;
                }

                ILocator box = open.Page.Locator("#rows .rows-box:not([hidden])");
                if (link.Contains('?', StringComparison.Ordinal))
                {
                    // A chip for each value, and none of a link before.
                    string[] chips = [.. link[(link.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(value => value.StartsWith("cause=", StringComparison.Ordinal)
                        ? "with time for: " : Uri.UnescapeDataString(value.EndsWith('=') ? value.Replace("=", " none", StringComparison.Ordinal) : value.Replace('=', ' ')) + " ×")];
                    await Assertions.Expect(box.Locator(".chip")).ToContainTextAsync(chips);
                }
                else
                {
                    await Assertions.Expect(box.Locator($"tr.selected[data-row='{link.Split('/')[1]}']")).ToHaveCountAsync(1);
                }

                await Assertions.Expect(box.Locator(".note[role=status]")).ToBeHiddenAsync();
                Assert.DoesNotContain("\n0 of", "\n" + await open.Page.Locator("#rows .rows-box:not([hidden]) .count").InnerTextAsync(), StringComparison.Ordinal);
                Assert.Contains(table, new[] { "nodes", "pods", "sidecars" });
            }

            Assert.Empty(open.Troubles);
        }
    }

    [Fact]
    public async Task Five_thousand_nodes_keep_the_document_small_and_every_row_in_reach()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.ManyPage);
        Assert.InRange(await Elements(open.Page), 300, 2500);
        ILocator rows = open.Page.Locator(".rows");
        Assert.Equal("5001", await open.Page.Locator(".rows table").GetAttributeAsync("aria-rowcount"));
        HashSet<string> seen = [];
        foreach (double share in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            await rows.EvaluateAsync("(it, share) => { it.scrollTop = it.scrollHeight * share; it.dispatchEvent(new Event('scroll')); }", share);
            string[] names = await Column(open.Page, "node");
            Assert.InRange(names.Length, 15, 80);
            seen.UnionWith(names);
        }

        Assert.True(seen.Count > 60);
        Assert.Equal("web-4999", (await Column(open.Page, "node"))[^1]);
        foreach (string step in new[] { "Home", "PageUp", "End", "PageDown" })
        {
            await Slider(open.Page).FocusAsync();
            await open.Page.Keyboard.PressAsync(step);
            Assert.Equal(5000, (await Counts(open.Page)).Sum());
        }

        await open.Page.GetByLabel("Search").FillAsync("web-4321");
        await Assertions.Expect(open.Page.Locator("#rows .count")).ToContainTextAsync("1 of 5,000 rows");
        Assert.InRange(await Elements(open.Page), 300, 2500);
        Assert.InRange(new FileInfo(reports.ManyPage).Length, 500_000, 2_000_000);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_fleet_is_held_in_part_and_the_page_says_which()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.FleetPage);
        Assert.Contains("This page holds 10,000 of 25,000 rows", await open.Page.Locator("#rows .note.picked").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("a cell is 3 nodes", await open.Page.Locator(".cluster figcaption").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(25_000, (await Counts(open.Page)).Sum());
        // All that failed are there, and so is what figures lead to.
        await open.Page.Locator(".figures div").Filter(new() { HasText = "failed" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(open.Page.Locator("#rows .count")).ToContainTextAsync("25 of 10,000 rows");
        (NodeRow slowest, int index) = reports.Fleet.Nodes.Select((row, i) => (row, i)).Where(node => node.row.Outcome == NodeOutcome.Succeeded).MaxBy(node => node.row.WarmupSeconds);
        await open.Page.Locator(".figures div").Filter(new() { HasText = "the slowest" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(open.Page.Locator($"tr.selected[data-row='{index + 1}']")).ToContainTextAsync(slowest.Node);
        Assert.InRange(new FileInfo(reports.FleetPage).Length, 1_000_000, 5_000_000);
        Assert.Empty(open.Troubles);
    }

    internal static ILocator Slider(IPage page) => page.GetByRole(AriaRole.Slider, new() { Name = "Moment of the run" });

    internal static async Task<int> Count(IPage page, string state) => int.Parse(
        await page.Locator(".replay:not([hidden]) .states li").Filter(new() { Has = page.GetByText(state, new() { Exact = true }) }).Locator(".value").InnerTextAsync(), NumberStyles.AllowThousands,
        CultureInfo.InvariantCulture);

    internal static async Task<int[]> Counts(IPage page) =>
        [.. (await page.Locator(".replay:not([hidden]) .states li:not([hidden]) .value").AllInnerTextsAsync()).Select(text => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];

    internal static async Task<string[]> Column(IPage page, string heading)
    {
        string[] headings = [.. await page.Locator(".rows-box:not([hidden]) .rows th[scope=col] button > span:first-child").AllInnerTextsAsync()];
        int column = Array.IndexOf(headings, heading);
        Assert.True(column >= 0, string.Join(", ", headings));
        return [.. await page.Locator($".rows-box:not([hidden]) .rows tbody tr:not(.space) > :nth-child({column + 1})").AllInnerTextsAsync()];
    }

    private static Task<int> Elements(IPage page) => page.EvaluateAsync<int>("() => document.querySelectorAll('*').length");

    private static (double Begin, double End) Span(RunResult run) => (0, run.Jobs[0].Completion!.Value.Seconds);
}

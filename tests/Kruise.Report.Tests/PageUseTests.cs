using System.Globalization;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Plots;
using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>What a page does under the hands of its reader: moment, focus, speech, what it cannot show.</summary>
[Collection(Pages.Name)]
public sealed class PageUseTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task An_update_that_began_no_pod_has_rows_and_curves_and_says_so()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.HeldPage, new PageLook(Hash: "#pods?rollout=0"));
        Assert.Contains("No pod of an update had begun", await open.Page.Locator("#cluster").InnerTextAsync(), StringComparison.Ordinal);
        Assert.False(await open.Page.Locator(".controls").IsVisibleAsync());
        await Assertions.Expect(open.Page.Locator("#rows .count")).ToContainTextAsync("500 of 500 rows");
        Assert.True(await open.Page.Locator("#curves canvas").CountAsync() > 0);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Opening_a_row_leaves_the_moment_where_it_is()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator slider = RunPageTests.Slider(open.Page);
        await slider.FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        await open.Page.Locator(".rows tbody a").First.ClickAsync();
        await Assertions.Expect(open.Page.Locator(".row-detail h3")).ToHaveTextAsync("web-0");
        Assert.Equal("0", await slider.InputValueAsync());
        await Assertions.Expect(open.Page.Locator("#rows [aria-live]").First).ToContainTextAsync("web-0 is open below the table");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_row_keeps_the_focus_while_the_table_scrolls_and_a_chip_gives_it_on()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.ManyPage);
        await open.Page.Locator(".rows tbody a").First.FocusAsync();
        for (int row = 1; row <= 40; row++)
        {
            await open.Page.Keyboard.PressAsync("Tab");
            await Assertions.Expect(open.Page.Locator($"tr[data-row='{row + 1}'] a")).ToBeFocusedAsync();
        }

        // Far away, where the row is no more in the document.
        await open.Page.Locator(".rows").EvaluateAsync("it => { it.scrollTop = it.scrollHeight; }");
        await Assertions.Expect(open.Page.Locator(".rows")).ToBeFocusedAsync();
        await open.Page.EvaluateAsync("() => { location.hash = '#nodes?outcome=failed&pool=web'; }");
        await Assertions.Expect(open.Page.Locator(".chip")).ToHaveCountAsync(2);
        await open.Page.Locator(".chip").First.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(open.Page.Locator(".chip")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(open.Page.GetByLabel("Search")).ToBeFocusedAsync();
        await open.Page.GetByLabel("Search").FillAsync("web-1");
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Show all rows" }).FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(open.Page.GetByLabel("Search")).ToBeFocusedAsync();
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_page_is_silent_while_it_plays()
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            // Of what speaks by itself, nothing is written to but what an announcer writes once things rest, and how many rows are shown.
            await open.Page.EvaluateAsync(
                """
                () => {
                  window.spoken = 0;
                  const speaks = 'output, [aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]';
                  for (const it of document.querySelectorAll(speaks)) new MutationObserver((all) => { window.spoken += all.length; }).observe(it, { childList: true, characterData: true, subtree: true });
                }
                """);
            ILocator play = open.Page.Locator(".controls button.primary");
            if (await play.CountAsync() == 0 || !await play.IsVisibleAsync()) continue;
            await open.Page.GetByLabel("Speed").SelectOptionAsync("4");
            await play.ClickAsync();
            await Assertions.Expect(RunPageTests.Slider(open.Page)).Not.ToHaveValueAsync("1000");
            await Assertions.Expect(RunPageTests.Slider(open.Page)).ToHaveValueAsync("1000", new() { Timeout = 30_000 });
            Assert.InRange(await open.Page.EvaluateAsync<int>("() => window.spoken"), 0, 1);
        }
    }

    [Fact]
    public async Task Links_to_what_a_page_does_not_hold_say_so()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.FleetPage);
        ILocator said = open.Page.Locator("#rows .note[role=status]");
        int missing = Enumerable.Range(0, 25_000).First(row => reports.Fleet.Nodes[row].Outcome == NodeOutcome.Succeeded && row % 7 == 3);
        foreach ((string link, string words) in new[]
        {
            ("#nodes?cause=x", "no column and no cause x"), ("#nodes?cause=seconds", "no column and no cause seconds"), ("#nodes?colour=red", "no column and no cause colour"),
            ("#nodes/25001", "Row 25,001 is none of nodes.csv"), ("#nodes/0", "Row 0 is none of nodes.csv"),
        })
        {
            await open.Page.EvaluateAsync("link => { location.hash = link; }", link);
            await Assertions.Expect(said).ToContainTextAsync(words);
            Assert.Equal(0, await open.Page.Locator(".chip").CountAsync());
        }

        int[] held = await open.Page.EvaluateAsync<int[]>("() => JSON.parse(document.getElementById('data').textContent).tables[0].rows");
        missing = Enumerable.Range(0, 25_000).Except(held).First();
        await open.Page.EvaluateAsync("link => { location.hash = link; }", $"#nodes/{missing + 1}");
        await Assertions.Expect(said).ToContainTextAsync("is not among the rows that this page holds; nodes.csv has it");
        await open.Page.GetByLabel("Search").FillAsync("web-1");
        await Assertions.Expect(said).ToBeHiddenAsync();
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_link_to_a_moment_that_the_table_does_not_span_goes_there_all_the_same()
    {
        // The job was applied at 0 s, the pods' update begins at 40 min: two tables, and moments between that neither spans.
        await using OpenPage open = await chromium.OpenAsync(reports.VariantPage);
        string cluster = await open.Page.Locator("#cluster .segments [aria-pressed=true]").InnerTextAsync();
        Assert.Equal("Pods of rollouts", cluster);
        await open.Page.EvaluateAsync("() => { location.hash = '#at/2000'; }");
        await Assertions.Expect(open.Page.Locator(".moment")).ToHaveTextAsync("33 min 20 s, before what is shown");
        await Assertions.Expect(open.Page.Locator("#curves .reading").First).ToHaveTextAsync("at 33 min 20 s");
        await open.Page.EvaluateAsync("() => { location.hash = '#at/70'; }");
        await Assertions.Expect(open.Page.Locator(".moment")).ToHaveTextAsync("1 min 10 s");
        Assert.Equal("Nodes", await open.Page.Locator("#cluster .segments [aria-pressed=true]").InnerTextAsync());
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Play_goes_on_from_where_a_link_led()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        double end = reports.Nodes.Jobs[0].Completion!.Value.Seconds;
        await open.Page.GetByLabel("Speed").SelectOptionAsync("0.25");
        await open.Page.Locator(".controls button.primary").ClickAsync();
        await Assertions.Expect(RunPageTests.Slider(open.Page)).Not.ToHaveValueAsync("1000");
        string hash = "#at/" + (end * 0.8).ToString("0.000", CultureInfo.InvariantCulture);
        // At a quarter of the speed a run takes 48 s: a third of it later it would still be before the middle.
        await open.Page.EvaluateAsync("link => { location.hash = link; }", hash);
        int[] values = await open.Page.EvaluateAsync<int[]>(
            "async () => { const values = []; for (let i = 0; i < 20; i++) { await new Promise(requestAnimationFrame); values.push(Number(document.querySelector('input[type=range]').value)); } return values; }");
        Assert.All(values[1..], value => Assert.InRange(value, 795, 1000));
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Readings_follow_the_moment_again_once_a_chart_is_left()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        ILocator chart = open.Page.Locator("#chart-warmup-curve"), other = open.Page.Locator("#chart-registry-throughput");
        await chart.Locator(".plot").FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(chart.Locator(".reading")).ToHaveTextAsync("at 0 s");
        await RunPageTests.Slider(open.Page).FocusAsync();
        await open.Page.EvaluateAsync("() => { location.hash = '#at/30'; }");
        await Assertions.Expect(chart.Locator(".reading")).ToHaveTextAsync("at 30.0 s");
        await Assertions.Expect(other.Locator(".reading")).ToHaveTextAsync("at 30.0 s");

        await using OpenPage phone = await chromium.OpenAsync(reports.NodesPage, new PageLook(Phone: true));
        chart = phone.Page.Locator("#chart-warmup-curve");
        await chart.Locator(".u-over").TapAsync();
        await Assertions.Expect(chart.Locator(".reading")).Not.ToHaveTextAsync("at 0 s");
        await phone.Page.EvaluateAsync("() => { location.hash = '#at/30'; }");
        await Assertions.Expect(chart.Locator(".reading")).ToHaveTextAsync("at 30.0 s");
        Assert.Empty(open.Troubles);
        Assert.Empty(phone.Troubles);
    }

    [Fact]
    public async Task Keys_with_a_modifier_are_left_to_the_browser_and_columns_that_lead_nowhere_take_no_enter()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.RolloutPage);
        const string taken = "(it, init) => !it.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))";
        ILocator columns = open.Page.Locator("#chart-pod-time-by-cause .plot");
        Assert.True(await columns.EvaluateAsync<bool>(taken, new { key = "ArrowRight" }));
        Assert.False(await columns.EvaluateAsync<bool>(taken, new { key = "ArrowLeft", altKey = true }));
        Assert.False(await columns.EvaluateAsync<bool>(taken, new { key = " " }));
        Assert.False(await columns.EvaluateAsync<bool>(taken, new { key = "Enter" }));
        await using OpenPage run = await chromium.OpenAsync(reports.NodesPage);
        ILocator cells = run.Page.Locator("canvas.cells");
        Assert.True(await cells.EvaluateAsync<bool>(taken, new { key = "Home" }));
        Assert.False(await cells.EvaluateAsync<bool>(taken, new { key = "Home", ctrlKey = true }));
        Assert.True(await run.Page.Locator("#chart-causes-nodes .plot").EvaluateAsync<bool>(taken, new { key = " " }));
    }

    [Fact]
    public async Task Many_jobs_leave_cells_large_enough_for_their_figures_and_name_the_one_pointed_at()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.CrowdPage);
        ILocator cells = open.Page.Locator("canvas.cells");
        Assert.InRange(await cells.EvaluateAsync<int>("it => it.clientHeight"), 100, 480);
        await cells.FocusAsync();
        await open.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(open.Page.Locator(".cluster .reading")).ToContainTextAsync("(default/warm-59)");
        await using OpenPage phone = await chromium.OpenAsync(reports.ManyPage, new PageLook(Phone: true));
        // 5,000 cells of six pixels each way.
        int[] size = await phone.Page.Locator("canvas.cells").EvaluateAsync<int[]>("it => [it.clientWidth, it.clientHeight]");
        Assert.True(size[1] >= 5000 / (size[0] / 6) * 6, string.Join(" × ", size));
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_row_shows_its_figures_of_zero_seconds()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage, new PageLook(Hash: "#nodes/1"));
        Assert.Equal(0, reports.Nodes.Nodes[0].Asked.Nanoseconds);
        Assert.Equal("0.000000000 s", await open.Page.Locator(".row-detail dl div").Filter(new() { Has = open.Page.GetByText("asked", new() { Exact = true }) }).Locator("dd").InnerTextAsync());
        // Of the causes those that it has time for.
        Assert.Equal(0, await open.Page.Locator(".row-detail dt").Filter(new() { HasText = "unschedulable" }).CountAsync());
    }

    [Fact]
    public async Task Of_a_fleet_every_state_is_counted_exactly_at_every_moment()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.FleetPage);
        Assert.Equal(reports.Fleet.Jobs[0].Failed, await RunPageTests.Count(open.Page, "failed"));
        Assert.Equal(reports.Fleet.Jobs[0].Succeeded, await RunPageTests.Count(open.Page, "warm"));
        double end = reports.Fleet.Jobs[0].Completion!.Value.Seconds;
        foreach (int tick in new[] { 100, 256, 500, 511 })
        {
            // At a tick, of which the page has 512.
            long moment = (long)(end * 1e9 * tick / 512);
            await open.Page.EvaluateAsync("link => { location.hash = link; }", "#at/" + (moment / 1e9).ToString("0.000000000", CultureInfo.InvariantCulture));
            await Assertions.Expect(open.Page.Locator(".moment")).ToHaveTextAsync(Human.Duration(moment / 1e9));
            int[] counts = new int[NodeHeatmap.StateCount];
            foreach (NodeRow row in reports.Fleet.Nodes) counts[(int)NodeHeatmap.Transitions(row).LastOrDefault(transition => transition.At <= moment).State]++;
            foreach (NodeState state in new[] { NodeState.Waiting, NodeState.BackOff, NodeState.Warm, NodeState.Failed })
                Assert.Equal(counts[(int)state], await RunPageTests.Count(open.Page, NodeHeatmap.StateTitles[(int)state]));
        }

        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Causes_side_by_side_have_different_patterns()
    {
        foreach (string file in new[] { reports.NodesPage, reports.VariantPage, reports.SidecarsRunPage })
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            // A pattern without its colour: which pixels are lighter than the swatch's commonest.
            string[] patterns = await open.Page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('.causes-box:not([hidden]) .cause-list canvas')].map((canvas) => {
                  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), greys = [];
                  for (let i = 0; i < data.length; i += 4) greys.push(data[i] + data[i + 1] + data[i + 2]);
                  const counts = new Map();
                  for (const grey of greys) counts.set(grey, (counts.get(grey) || 0) + 1);
                  const most = [...counts].sort((a, b) => b[1] - a[1])[0][0];
                  return greys.map((grey) => (Math.abs(grey - most) > 20 ? '#' : '.')).join('');
                })
                """);
            Assert.True(patterns.Length > 5, file);
            Assert.Equal(patterns.Length, patterns.Distinct(StringComparer.Ordinal).Count());
        }
    }
}

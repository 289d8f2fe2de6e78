using System.Globalization;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>Pages of rollouts, of sidecars and of comparisons.</summary>
[Collection(Pages.Name)]
public sealed class RolloutPageTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task A_rollout_is_played_pod_by_pod_and_nodes_stand_beside()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.VariantPage);
        RunResult run = reports.Rollout.Runs[0];
        int updated = run.Pods.Count(row => row.Rollout == 1);
        Assert.Equal(updated, (await RunPageTests.Counts(open.Page)).Sum());
        Assert.Equal(updated, await RunPageTests.Count(open.Page, "updated and ready"));
        await RunPageTests.Slider(open.Page).FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        Assert.Equal(updated, await RunPageTests.Count(open.Page, "not asked yet"));
        await open.Page.Locator("#cluster").GetByRole(AriaRole.Button, new() { Name = "Nodes", Exact = true }).ClickAsync();
        Assert.Equal(run.Jobs[0].Succeeded, await RunPageTests.Count(open.Page, "warm"));
        // Cells, causes and rows go together.
        Assert.True(await open.Page.Locator("#chart-causes-nodes").IsVisibleAsync());
        Assert.False(await open.Page.Locator("#chart-causes-pods").IsVisibleAsync());
        Assert.Contains("warmup", string.Join(' ', await open.Page.Locator(".rows-box:not([hidden]) th[scope=col]").AllInnerTextsAsync()), StringComparison.Ordinal);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task No_two_figures_of_a_page_have_one_name()
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            string[] names = [.. await open.Page.Locator(".figures dt").AllInnerTextsAsync()];
            Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
            if (file == reports.SidecarsRunPage) Assert.Empty(new[] { "all upgraded after", "all created after" }.Except(names));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_of_events_neither_stand_on_each_other_nor_leave_the_picture(bool phone)
    {
        await using OpenPage open = await chromium.OpenAsync(reports.SidecarsRunPage, new PageLook(Phone: phone));
        // All charts are drawn anew in other colours while what they write is listened to.
        string[] found = await open.Page.EvaluateAsync<string[]>(
            """
            () => {
              const names = JSON.parse(document.getElementById("data").textContent).marks.map((mark) => mark.text), drawn = new Map();
              const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
              CanvasRenderingContext2D.prototype.clearRect = function (...at) { drawn.set(this.canvas, []); return clearRect.apply(this, at); };
              CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
                if (names.some((name) => name === text || (text.endsWith("…") && name.startsWith(text.slice(0, -1))))) drawn.get(this.canvas)?.push({ text, x, y, to: x + this.measureText(text).width });
                return fillText.call(this, text, x, y, ...rest);
              };
              for (const press of document.querySelectorAll(".bar .segments button")) press.click();
              return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
                Object.assign(CanvasRenderingContext2D.prototype, { fillText, clearRect });
                const faults = [];
                let count = 0;
                for (const [canvas, all] of drawn) all.forEach((one, i) => {
                  count++;
                  if (one.to > canvas.width) faults.push(one.text + " is cut");
                  for (const other of all.slice(i + 1)) if (one.x < other.to && other.x < one.to && Math.abs(one.y - other.y) < 11) faults.push(one.text + " stands on " + other.text);
                });
                done([String(count), ...faults]);
              })));
            }
            """);
        Assert.Equal([found[0]], found);
        Assert.True(int.Parse(found[0], CultureInfo.InvariantCulture) >= reports.Sidecars.Runs[0].Marks.Count, found[0]);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_page_opens_with_the_figures_of_the_end()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.RolloutPage);
        string[] legends = [.. await open.Page.Locator("#chart-updated-ready .legend li").AllInnerTextsAsync()];
        for (int i = 0; i < legends.Length; i++)
            Assert.Matches($@"\b{reports.Rollout.Runs[i].Pods.Count(row => row is { Rollout: 1, Outcome: PodOutcome.Updated })}\s*$", legends[i]);
    }

    [Fact]
    public async Task The_longest_unavailability_leads_to_its_pod()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.VariantPage);
        Stretch longest = reports.Rollout.Runs[0].Workloads[0].Rollouts[^1].LongestUnavailability!;
        await open.Page.Locator(".figures div").Filter(new() { HasText = "longest unavailability" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(open.Page.Locator(".rows-box:not([hidden]) .row-detail")).ToContainTextAsync(longest.Pod);
        await open.Page.Locator(".figures div").Filter(new() { HasText = "most unavailable" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(RunPageTests.Slider(open.Page)).Not.ToHaveValueAsync("1000");
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_comparison_overlays_its_variants_and_leads_to_their_pages()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.RolloutPage);
        Assert.Equal(reports.Rollout.Runs.Count, await open.Page.Locator("#chart-updated-ready .legend li").CountAsync());
        Assert.Equal(reports.Rollout.Runs.Count, await open.Page.Locator("#variants table").First.Locator("tbody tr").CountAsync());
        ILocator columns = open.Page.Locator("#chart-pod-time-by-cause .plot");
        await columns.FocusAsync();
        await open.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(open.Page.Locator("#chart-pod-time-by-cause .reading")).ToHaveTextAsync(reports.Rollout.Runs[^1].Variant!);
        await open.Page.Locator("#variants").GetByRole(AriaRole.Link, new() { Name = reports.Rollout.Runs[0].Variant!, Exact = true }).First.ClickAsync();
        await open.Page.WaitForSelectorAsync("html[data-ready=true]");
        Assert.Contains(reports.Rollout.Runs[0].Variant!, await open.Page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        await open.Page.GetByRole(AriaRole.Link, new() { Name = "← all variants" }).ClickAsync();
        await Assertions.Expect(open.Page.Locator("h1")).ToHaveTextAsync(reports.Rollout.Scenario);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_figure_of_a_comparison_leads_into_the_page_of_its_variant()
    {
        foreach (string file in new[] { reports.RolloutPage, reports.SidecarsPage })
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            string[] links = await open.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main a[href*=\"report.html#\"]')].map(it => it.getAttribute('href'))");
            Assert.True(links.Length > 20, file);
            // Every kind of figure of every variant, each page opened once: what it holds is looked up in its data.
            foreach (IGrouping<string, string> page in links.Distinct(StringComparer.Ordinal).GroupBy(link => link.Split('#')[0]))
            {
                await using OpenPage variant = await chromium.OpenAsync(Path.Combine(Path.GetDirectoryName(file)!, page.Key));
                foreach (string link in page.Select(link => "#" + link.Split('#')[1]))
                {
                    await variant.Page.EvaluateAsync("link => { location.hash = link; }", link);
                    if (link.StartsWith("#at/", StringComparison.Ordinal)) continue;
                    ILocator box = variant.Page.Locator("#rows .rows-box:not([hidden])");
                    if (link.Contains('?', StringComparison.Ordinal)) Assert.False((await box.Locator(".count").InnerTextAsync()).StartsWith("0 of", StringComparison.Ordinal), link);
                    else await Assertions.Expect(box.Locator($"tr.selected[data-row='{link.Split('/')[1]}']")).ToHaveCountAsync(1);
                    await Assertions.Expect(box.Locator(".note[role=status]")).ToBeHiddenAsync();
                }

                Assert.Empty(variant.Troubles);
            }
        }
    }

    [Fact]
    public async Task Sidecar_upgrades_are_played_and_those_that_failed_are_found()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.SidecarsRunPage);
        RunResult run = reports.Sidecars.Runs[0];
        Assert.Equal(run.Upgrades.Count, (await RunPageTests.Counts(open.Page)).Sum());
        int failed = run.Upgrades.Count(row => row.Outcome == Kruise.Sim.Measures.Sidecars.SidecarOutcome.Failed);
        Assert.True(failed > 0);
        await open.Page.EvaluateAsync("() => { location.hash = '#sidecars?outcome=failed'; }");
        await Assertions.Expect(open.Page.Locator(".rows-box:not([hidden]) .count")).ToContainTextAsync($"{failed} of");
        Assert.Empty(open.Troubles);
    }
}

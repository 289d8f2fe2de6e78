using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>Pages of two runs beside each other.</summary>
[Collection(Pages.Name)]
public sealed class ComparePageTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task Two_runs_lie_over_each_other_and_show_their_values_under_the_pointer()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.RunsPage);
        Assert.Equal("parallelism=1 and parallelism=8", await open.Page.Locator("h1").InnerTextAsync());
        Assert.Contains("waiting for a slot", await open.Page.Locator(".answer").InnerTextAsync(), StringComparison.Ordinal);
        ILocator chart = open.Page.Locator("#chart-warmup-curve");
        string[] legends = [.. await chart.Locator(".legend button").AllInnerTextsAsync()];
        Assert.Equal(["parallelism=1", "parallelism=8"], legends.Select(legend => legend.Split(':')[0].Trim()));
        // The second is done when the first has not even half.
        Assert.Equal(["40", "40"], await chart.Locator(".legend .value").AllInnerTextsAsync());
        ILocator over = chart.Locator(".u-over");
        await over.HoverAsync(new() { Position = new() { X = (await over.BoundingBoxAsync())!.Width / 2, Y = 50 } });
        int[] middle = [.. (await chart.Locator(".legend .value").AllInnerTextsAsync()).Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.InRange(middle[0], 10, 30);
        Assert.Equal(40, middle[1]);
        Assert.Contains("waiting for a slot", await open.Page.Locator("#chart-time-by-cause .legend").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Of_folders_what_counts_from_another_moment_says_so_and_zooms_alone()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.FoldersPage);
        ILocator pods = open.Page.Locator("#chart-updated-ready"), registries = open.Page.Locator("#chart-registry-throughput");
        // What the axis says is drawn; the table of the chart and its description say the same.
        Assert.Contains("since the last update was asked for", await pods.Locator(".plot").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        Assert.DoesNotContain("since", await registries.Locator(".plot").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        string before = (await registries.Locator(".plot").GetAttributeAsync("aria-description"))!, own = (await pods.Locator(".plot").GetAttributeAsync("aria-description"))!;
        await pods.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        Assert.NotEqual(own, await pods.Locator(".plot").GetAttributeAsync("aria-description"));
        Assert.Equal(before, await registries.Locator(".plot").GetAttributeAsync("aria-description"));
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_table_sorts_by_what_its_figures_stand_for()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.RunsPage);
        ILocator heading = open.Page.Locator("#moved thead th").Last, first = open.Page.Locator("#moved tbody tr").First;
        int rows = await open.Page.Locator("#moved tbody tr").CountAsync();
        Assert.Contains("waiting for a slot", await first.InnerTextAsync(), StringComparison.Ordinal);
        await heading.GetByRole(AriaRole.Button).ClickAsync();
        Assert.Equal("descending", await heading.GetAttributeAsync("aria-sort"));
        // What grew stands above what shrank, of which the wait is most.
        Assert.Contains("waiting for a slot", await open.Page.Locator("#moved tbody tr").Last.InnerTextAsync(), StringComparison.Ordinal);
        await heading.GetByRole(AriaRole.Button).PressAsync("Enter");
        Assert.Equal("ascending", await heading.GetAttributeAsync("aria-sort"));
        Assert.Contains("waiting for a slot", await first.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(rows, await open.Page.Locator("#moved tbody tr").CountAsync());
        // Texts by the alphabet.
        ILocator metric = open.Page.Locator("#metrics thead th").First;
        await metric.GetByRole(AriaRole.Button).ClickAsync();
        string[] names = [.. await open.Page.Locator("#metrics tbody th").AllInnerTextsAsync()];
        Assert.True(names.Length > 30);
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase).First(), names[0]);
        Assert.Empty(open.Troubles);
    }
}

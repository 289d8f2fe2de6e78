using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>Pages of sweeps and of searches.</summary>
[Collection(Pages.Name)]
public sealed partial class SettingPageTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task A_curve_shows_values_with_their_intervals_under_the_pointer_and_by_keys()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.CurvesPage);
        Dictionary<string, string>[] points = Csv(reports.CurvesPage, "points.csv");
        ILocator chart = open.Page.Locator("#chart-curve-jobs\\.warm\\.seconds"), over = chart.Locator(".u-over"), reading = chart.Locator(".reading"), value = chart.Locator(".legend .value");
        // What is recommended, until something is pointed at.
        Dictionary<string, string> recommended = points.Single(point => point["recommended"] == "true");
        Assert.Equal("at parallelism " + recommended["timeline[0].apply.spec.parallelism"], await reading.InnerTextAsync());
        Same(recommended, await value.InnerTextAsync());
        LocatorBoundingBoxResult box = (await over.BoundingBoxAsync())!;
        await over.HoverAsync(new() { Position = new() { X = box.Width / 2, Y = 20 } });
        Assert.Equal("at parallelism 4", await reading.InnerTextAsync());
        Same(points[1], await value.InnerTextAsync());
        await open.Page.Mouse.MoveAsync(0, 0);
        Assert.Equal("at parallelism 8", await reading.InnerTextAsync());

        ILocator plot = chart.Locator(".plot");
        await plot.FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        Assert.Equal("at parallelism 1", await reading.InnerTextAsync());
        Same(points[0], await value.InnerTextAsync());
        await open.Page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal("at parallelism 4", await reading.InnerTextAsync());
        await Assertions.Expect(chart.Locator("[aria-live]")).ToContainTextAsync("at parallelism 4: jobs.warm.seconds ");
        // Zoomed in on it, the others are out of sight and not gone to.
        Assert.Equal("In sight: from 1 to 8", await plot.GetAttributeAsync("aria-description"));
        for (int i = 0; i < 3; i++) await open.Page.Keyboard.PressAsync("+");
        Assert.Equal("In sight: from 4 to 4", await plot.GetAttributeAsync("aria-description"));
        await open.Page.Keyboard.PressAsync("End");
        Assert.Equal("at parallelism 4", await reading.InnerTextAsync());
        await open.Page.Keyboard.PressAsync("0");
        await open.Page.Keyboard.PressAsync("End");
        Assert.Equal("at parallelism 8", await reading.InnerTextAsync());

        await chart.Locator(".as-table summary").ClickAsync();
        await Assertions.Expect(chart.Locator(".as-table tbody tr")).ToHaveCountAsync(points.Length);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task The_pointer_finds_the_setting_that_is_nearest_to_it()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.MapPage);
        Dictionary<string, string>[] points = Csv(reports.MapPage, "points.csv");
        ILocator chart = open.Page.Locator("#chart-front-registries\\.docker\\.io\\.peakBytesPerSecond"), over = chart.Locator(".u-over");
        Assert.Equal(["on the front (of all objectives)", "beaten by another", "not admissible"], await chart.Locator(".legend button").AllInnerTextsAsync());
        // Every setting is gone to by keys, each with the value of its own group alone.
        await chart.Locator(".plot").FocusAsync();
        await open.Page.Keyboard.PressAsync("Home");
        HashSet<string> seen = [];
        for (int i = 0; i < points.Length; i++)
        {
            seen.Add(await chart.Locator(".reading").InnerTextAsync());
            Assert.Single(await chart.Locator(".legend .value").AllInnerTextsAsync(), text => text.Length > 0);
            await open.Page.Keyboard.PressAsync("ArrowRight");
        }

        Assert.Equal(points.Length, seen.Count);
        // The fastest stands furthest to the left, and is of those that may not be taken.
        Dictionary<string, string> fastest = points.MinBy(point => Number(point["jobs.warm.seconds"]))!;
        await over.HoverAsync(new() { Position = new() { X = 2, Y = 40 } });
        string setting = $"at parallelism {fastest["timeline[0].apply.spec.parallelism"]}, egress {fastest["registries[0].egress"]}: jobs.warm.seconds ";
        Assert.StartsWith(setting, await chart.Locator(".reading").InnerTextAsync(), StringComparison.Ordinal);
        Assert.NotEmpty((await chart.Locator(".legend .value").AllInnerTextsAsync())[2]);
        Assert.True(await chart.Locator(".ring").IsVisibleAsync());
        // A group that is taken off is not pointed at.
        await chart.Locator(".legend button").Last.ClickAsync();
        await over.HoverAsync(new() { Position = new() { X = 2, Y = 40 } });
        Assert.Empty((await chart.Locator(".legend .value").AllInnerTextsAsync())[2]);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task A_map_holds_in_words_what_its_colours_say_without_scripts_too()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.MapPage, new PageLook(WithoutScripts: true));
        Dictionary<string, string>[] points = Csv(reports.MapPage, "points.csv");
        ILocator map = open.Page.Locator("#maps .heat").First;
        string[] columns = [.. await map.Locator("thead tr").Last.Locator("th").AllInnerTextsAsync()], rows = [.. await map.Locator("tbody th").AllInnerTextsAsync()];
        Assert.Equal(["1", "4", "8"], columns);
        Assert.Equal(["500Mbps", "2Gbps"], rows);
        foreach (Dictionary<string, string> point in points)
        {
            int column = Array.IndexOf(columns, point["timeline[0].apply.spec.parallelism"]), row = Array.IndexOf(rows, point["registries[0].egress"]);
            string cell = (await map.Locator("tbody tr").Nth(row).Locator("td").Nth(column).TextContentAsync())!;
            Assert.InRange(Number(cell.Split(' ')[0]), Number(point["jobs.warm.seconds"]) - 0.06, Number(point["jobs.warm.seconds"]) + 0.06);
            Assert.Equal(point["objections"].Length > 0, cell.Contains("not admissible", StringComparison.Ordinal));
            Assert.Equal(point["recommended"] == "true", cell.Contains("recommended", StringComparison.Ordinal));
            Assert.Equal(point["present"] == "true", cell.Contains("now", StringComparison.Ordinal));
        }

        string[] colours = await map.EvaluateAsync<string[]>("it => [...it.querySelectorAll('td')].map(cell => getComputedStyle(cell).backgroundColor)");
        Assert.DoesNotContain("rgba(0, 0, 0, 0)", colours);
        Assert.True(colours.Distinct(StringComparer.Ordinal).Count() > 2, string.Join(' ', colours));
        Assert.Equal(points.Length, await open.Page.Locator("#settings tbody tr").CountAsync());
    }

    [Fact]
    public async Task Settings_are_sorted_by_pressing_a_heading()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.TunePage);
        ILocator headings = open.Page.Locator("#tried thead th"), rows = open.Page.Locator("#tried tbody tr");
        string[] before = [.. await rows.AllInnerTextsAsync()];
        Assert.Contains("the best", before[0], StringComparison.Ordinal);
        await headings.Nth(0).GetByRole(AriaRole.Button).ClickAsync();
        await Sorted(0, down: true);
        await headings.Nth(0).GetByRole(AriaRole.Button).ClickAsync();
        await Sorted(0, down: false);
        Assert.Equal(["none", "none", "none", "none"], await headings.EvaluateAllAsync<string[]>("all => all.slice(1).map(it => it.getAttribute('aria-sort'))"));
        // A rate by its size: 2 Gbit/s is more than 1.
        await headings.Nth(1).GetByRole(AriaRole.Button).ClickAsync();
        Assert.Contains("2Gbps", await rows.First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("1Gbps", await rows.Last.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(before.Order(StringComparer.Ordinal), (await rows.AllInnerTextsAsync()).Order(StringComparer.Ordinal));
        Assert.Empty(open.Troubles);

        async Task Sorted(int column, bool down)
        {
            Assert.Equal(down ? "descending" : "ascending", await headings.Nth(column).GetAttributeAsync("aria-sort"));
            double[] shown = [.. (await rows.AllInnerTextsAsync()).Select(row => Number(row.Split('\t')[column]))];
            Assert.Equal(down ? shown.OrderDescending() : shown.Order(), shown);
        }
    }

    /// <summary>The mean and its interval: 29.019 (28.778 to 29.259).</summary>
    private static void Same(Dictionary<string, string> point, string shown)
    {
        double[] figures = [.. Figure().Matches(shown).Select(match => Number(match.Value))];
        double[] expected = [.. new[] { "", " low", " high" }.Select(end => Number(point["jobs.warm.seconds" + end]))];
        Assert.Equal(expected.Length, figures.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], figures[i], 0.001);
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static Dictionary<string, string>[] Csv(string page, string file)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(page)!, file)), columns = lines[0].Split(',');
        return [.. lines[1..].Select(line => columns.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal))];
    }

    [GeneratedRegex("[0-9.]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Figure();
}

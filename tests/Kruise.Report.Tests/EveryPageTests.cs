using System.Globalization;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>What holds for every kind of page.</summary>
[Collection(Pages.Name)]
public sealed class EveryPageTests(Chromium chromium, ReportSet reports)
{
    [Fact]
    public async Task Pages_open_without_an_error_and_ask_for_nothing()
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file);
            Assert.True(await open.Page.Locator("canvas").CountAsync() > 0, file);
            Assert.Empty(open.Troubles);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Axe_finds_nothing_to_say(bool dark, bool phone)
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file, new PageLook(dark, phone));
            foreach (ILocator closed in await open.Page.Locator("details").AllAsync()) await closed.EvaluateAsync("it => it.open = true");
            await Assertions.Expect(open.Page.Locator(".as-table > .scroll")).ToHaveCountAsync(await open.Page.Locator(".as-table").CountAsync());
            // As it is while it is used: a row opened, a filter, a curve taken off, a moment under the pointer.
            await Use(open.Page, ".rows-box:not([hidden]) .rows tbody a", ".row-detail:not([hidden])");
            await Use(open.Page, ".causes-box:not([hidden]) .cause-list button", ".rows-box:not([hidden]) .chip");
            await Use(open.Page, "#curves .legend button", "#curves .legend button[aria-pressed=false]");
            await Use(open.Page, ".sortable thead button", ".sortable thead [aria-sort=ascending], .sortable thead [aria-sort=descending]");
            AxeResult result = await open.Page.RunAxe();
            Assert.True(result.Passes.Length > 20, file);
            Assert.True(
                result.Violations.Length == 0,
                file + ": " + string.Join("; ", result.Violations.Select(violation => $"{violation.Id} {violation.Help}: {string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))}")));
        }
    }

    [Fact]
    public async Task A_phone_scrolls_no_page_sideways()
    {
        foreach (string file in reports.All)
        {
            await using OpenPage open = await chromium.OpenAsync(file, new PageLook(Phone: true));
            int[] widths = await open.Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
            Assert.True(widths[0] <= widths[1], $"{file}: {widths[0]} of {widths[1]}");
            Assert.True(await open.Page.Locator(".plot canvas").First.EvaluateAsync<int>("it => it.clientWidth") <= 390);
        }
    }

    [Fact]
    public async Task Without_scripts_question_answer_and_tables_stand_there()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage, new PageLook(WithoutScripts: true));
        Assert.Contains("How long, and <b>why</b>?", await open.Page.Locator(".question").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("of 240 nodes warm", await open.Page.Locator(".answer").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await open.Page.Locator("#details table").CountAsync() >= 4);
        Assert.True(await open.Page.Locator("noscript").IsVisibleAsync());
    }

    [Fact]
    public async Task The_policy_of_a_page_lets_it_fetch_nothing()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage);
        string answer = await open.Page.EvaluateAsync<string>("() => fetch('https://example.com/').then(() => 'fetched', error => 'refused')");
        Assert.Equal("refused", answer);
        Assert.Contains(open.Troubles, trouble => trouble.Contains("Content Security Policy", StringComparison.Ordinal));
        Assert.DoesNotContain(open.Troubles, trouble => trouble.StartsWith("request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Texts_of_a_scenario_stay_texts()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage, new PageLook(Hash: "#nodes/4"));
        Assert.Equal(0, await open.Page.Locator("main img, main b, main i").CountAsync());
        Assert.Equal("synthetic – kruise-sim report", await open.Page.TitleAsync());
        // Markdown joins lines, and a row of the table stands as it is.
        foreach (string place in new[] { "#details li", "#details td", ".row-detail dd" })
        {
            string[] texts = [.. await open.Page.Locator(place).AllInnerTextsAsync()];
            Assert.True(texts.Any(text => text.Contains("<img src=x onerror=\"document.title='broken'\"><b>bold</b> &amp; </script><!--", StringComparison.Ordinal)), place + ": " + string.Join(" | ", texts));
        }

        Assert.Contains("<i>web</i>", await open.Page.Locator(".row-detail").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Dark_and_light_follow_the_system_and_the_switch()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.NodesPage, new PageLook(Dark: true));
        string dark = await Background(open.Page);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Light", Exact = true }).ClickAsync();
        string light = await Background(open.Page);
        Assert.True(Brightness(dark) < 100 && Brightness(light) > 600, dark + " " + light);
        Assert.Equal("true", await open.Page.GetByRole(AriaRole.Button, new() { Name = "Light", Exact = true }).GetAttributeAsync("aria-pressed"));
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "As the system" }).ClickAsync();
        Assert.Equal(dark, await Background(open.Page));
        await open.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        Assert.Equal(light, await Background(open.Page));
    }

    [Fact]
    public async Task On_paper_a_page_is_light_and_has_no_controls_and_a_part_of_the_rows()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.ManyPage, new PageLook(Dark: true));
        await open.Page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Equal(765, Brightness(await Background(open.Page)));
        foreach (string control in new[] { ".bar", ".tools", ".row-tools", ".controls button", ".controls input" }) Assert.False(await open.Page.Locator(control).First.IsVisibleAsync(), control);
        await Assertions.Expect(open.Page.Locator(".rows tbody tr")).ToHaveCountAsync(100);
        Assert.Contains("the first 100 of 5,000 rows", await open.Page.Locator(".rows caption").InnerTextAsync(), StringComparison.Ordinal);
        // Narrower than the window: a browser lays paper out without telling the page, so that pictures must fit by their style.
        string[] cut = await open.Page.EvaluateAsync<string[]>(
            """
            () => {
              const main = document.querySelector('main');
              main.style.width = '640px';
              const edge = main.getBoundingClientRect().right + 1;
              const cut = [...main.querySelectorAll('canvas, table, pre')].filter((it) => it.getBoundingClientRect().right > edge).map((it) => it.outerHTML.slice(0, 80));
              for (const canvas of main.querySelectorAll('.plot canvas, canvas.cells')) {
                const { width, height } = canvas.getBoundingClientRect();
                if (Math.abs(width / height / (canvas.width / canvas.height) - 1) > 0.02) cut.push('out of shape: ' + canvas.outerHTML + width + ' ' + height);
              }
              main.style.width = '';
              return cut;
            }
            """);
        Assert.Empty(cut);
        byte[] paper = await open.Page.PdfAsync(new() { PrintBackground = true });
        Assert.InRange(paper.Length, 20_000, 20_000_000);
        await open.Page.EmulateMediaAsync(new() { Media = Media.Screen });
        await Assertions.Expect(open.Page.Locator(".rows tbody tr.space")).ToHaveCountAsync(1);
        Assert.Empty(open.Troubles);
    }

    [Fact]
    public async Task Landmarks_headings_and_names_are_there_for_a_screen_reader()
    {
        await using OpenPage open = await chromium.OpenAsync(reports.VariantPage);
        Assert.Equal(1, await open.Page.GetByRole(AriaRole.Main).CountAsync());
        Assert.Equal(1, await open.Page.GetByRole(AriaRole.Navigation).CountAsync());
        Assert.Equal(1, await open.Page.Locator("h1").CountAsync());
        foreach (string region in new[] { "The cluster over time", "Curves", "Where the time went", "Row by row", "Details", "Reproduce" })
            Assert.Equal(1, await open.Page.GetByRole(AriaRole.Region, new() { Name = region, Exact = true }).CountAsync());
        foreach (ILocator table in await open.Page.Locator("table").AllAsync()) Assert.Equal(1, await table.Locator("caption").CountAsync());
        foreach (ILocator chart in await open.Page.Locator(".plot").AllAsync()) Assert.NotEmpty((await chart.GetAttributeAsync("aria-label"))!);
        // What a canvas shows is there as a table too.
        await open.Page.Locator("#curves .as-table summary").First.ClickAsync();
        await Assertions.Expect(open.Page.Locator("#curves .as-table table").First.Locator("tbody tr")).ToHaveCountAsync(25);
        Assert.Empty(open.Troubles);
    }

    /// <summary>Clicks the first of them, if the page has any, and waits for what comes of it.</summary>
    private static async Task Use(IPage page, string what, string result)
    {
        ILocator first = page.Locator(what).First;
        if (await first.CountAsync() == 0) return;
        await first.ClickAsync();
        await Assertions.Expect(page.Locator(result).First).ToBeVisibleAsync();
    }

    private static Task<string> Background(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

    /// <summary>0 for black, 765 for white.</summary>
    private static int Brightness(string colour) => colour.Split('(', ',', ')')[1..4].Sum(part => int.Parse(part, CultureInfo.InvariantCulture));
}

using Microsoft.Playwright;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>Debian's Chromium (or the one that CHROME names), driven by Playwright. Where there is none, tests are skipped and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // What a browser would do by itself: ask for updates, say hello, speak protocols nobody asked for.
    private static readonly string[] s_arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string? Path { get; } = Environment.GetEnvironmentVariable("CHROME") is { Length: > 0 } named ? named : s_places.FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Path is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Headless = true, Args = s_arguments });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a page in a browser context of its own.</summary>
    internal async Task<OpenPage> OpenAsync(string file, PageLook look = default)
    {
        if (_browser is null) Assert.Skip("needs Chromium (tests/lab/install.sh installs it; CHROME may name one)");
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = look.Phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = !look.WithoutScripts,
            HasTouch = look.Phone,
            ReducedMotion = ReducedMotion.Reduce,
        });
        IPage page = await context.NewPageAsync();
        OpenPage open = new(context, page);
        await page.GotoAsync(new Uri(file).AbsoluteUri + look.Hash);
        if (!look.WithoutScripts) await page.WaitForSelectorAsync("html[data-ready=true]");
        return open;
    }
}

/// <summary>How a page is looked at.</summary>
internal readonly record struct PageLook(bool Dark = false, bool Phone = false, bool WithoutScripts = false, string Hash = "");

/// <summary>A page, and what went wrong on it.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Troubles.Add(message.Type + ": " + message.Text);
        };
        page.PageError += (_, error) => Troubles.Add("exception: " + error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) Troubles.Add("request: " + request.Url);
        };
    }

    public IPage Page { get; }

    /// <summary>Messages on the console, uncaught exceptions, requests to anything but the page itself.</summary>
    public List<string> Troubles { get; } = [];

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}

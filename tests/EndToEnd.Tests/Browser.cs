using Microsoft.Playwright;
using Takt.TestKit;

namespace Takt.EndToEnd.Tests;

/// <summary>Debian's Chromium, driven by Playwright. What the page writes to its console as an error, or breaks of its content security policy, is kept.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        this.playwright = playwright;
        this.browser = browser;
    }

    public List<string> Complaints { get; } = [];

    public static async Task<Browser> StartAsync()
    {
        var path = Array.Find(places, File.Exists) ?? throw Missing.Infrastructure("There is no Chromium: apt-get install chromium.");
        var playwright = await Playwright.CreateAsync();
        // As root Chromium has no sandbox; the page is our own.
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu"] }));
    }

    public async Task<IPage> OpenAsync(Uri address, ColorScheme colors = ColorScheme.Light, string locale = "en-GB")
    {
        var context = await browser.NewContextAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = 1440, Height = 1000 }, ColorScheme = colors, Locale = locale });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        page.Console += (_, message) =>
        {
            // A refused sign-in is an answer that the browser also counts as an error.
            if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal)) Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}

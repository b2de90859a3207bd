using Microsoft.Playwright;
using Takt.Kernel;
using static Microsoft.Playwright.Assertions;

namespace Takt.EndToEnd.Tests;

public sealed class HomePageTests
{
    [Fact]
    public async Task Signs_in_sees_the_loop_and_rolls_a_deployment_back()
    {
        await using var takt = await WholeTakt.StartAsync();
        await takt.DefineDeploymentAsync("flight-late", "flight-late");
        await takt.DeployAsync("flight-late", "flight-late", 2);
        await takt.DeployAsync("flight-late", "flight-late", 3);

        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(takt.Address);
        await page.GotoAsync("/");
        await page.GetByTestId("token").FillAsync("not a token");
        await page.GetByTestId("sign-in").ClickAsync();
        await Expect(page.GetByText("opens nothing", new() { Exact = false })).ToBeVisibleAsync();
        await page.GetByTestId("token").FillAsync(takt.AdminToken);
        await page.GetByTestId("sign-in").ClickAsync();

        // The loop: eight stages, and what the facts say of them.
        await Expect(page.GetByTestId("loop").Locator(".stage")).ToHaveCountAsync(8);
        await Expect(page.GetByTestId("stage-registry")).ToContainTextAsync("flight-late/2");
        await Expect(page.GetByTestId("stage-features")).ToContainTextAsync("No feature views");
        await Expect(page.GetByTestId("stage-validation")).ToContainTextAsync("Passed release");
        await Expect(page.GetByTestId("revision")).ToHaveTextAsync("2");
        await SaveAsync(page, "home-light");

        // Rolling back: the difference and a reason come before the click.
        await page.GetByTestId("roll-back").ClickAsync();
        await Expect(page.GetByTestId("diff")).ToContainTextAsync("flight-late/1");
        await page.GetByTestId("confirm-roll-back").ClickAsync();
        await Expect(page.GetByText("Say why.")).ToBeVisibleAsync();
        await SaveAsync(page, "roll-back");
        await page.GetByTestId("reason").FillAsync("late flights were called early");
        await page.GetByTestId("confirm-roll-back").ClickAsync();
        await Expect(page.GetByTestId("rolled-back")).ToContainTextAsync("Revision 1 answers again");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("revision")).ToHaveTextAsync("1");
        await Expect(page.GetByTestId("needs-you")).ToContainTextAsync("late flights were called early");
        Assert.Equal(1, (await takt.Deployments.FindAsync(ProjectId.Default, "flight-late", CancellationToken.None))!.Champion!.Number);

        // A stage opens with its facts; what is open stands in the address.
        await page.GetByTestId("stage-deployment").ClickAsync();
        await Expect(page.GetByTestId("stage-panel")).ToContainTextAsync("Rolled back");
        Assert.Contains("stage=deployment", page.Url, StringComparison.Ordinal);

        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task Speaks_German_in_the_dark_and_says_when_the_server_is_away()
    {
        var takt = await WholeTakt.StartAsync();
        var stopped = false;
        try
        {
            await using var browser = await Browser.StartAsync();
            var page = await browser.OpenAsync(takt.Address, ColorScheme.Dark, "de-DE");
            await page.GotoAsync("/");
            await page.GetByTestId("token").FillAsync(takt.AdminToken);
            await page.GetByTestId("sign-in").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Der Kreislauf" })).ToBeVisibleAsync();
            await Expect(page.GetByText("Nichts zu tun")).ToBeVisibleAsync();
            await SaveAsync(page, "home-dark-german");
            await takt.DisposeAsync();
            stopped = true;
            await Expect(page.GetByTestId("offline")).ToContainTextAsync("Offline, Stand");
            await Expect(page.GetByTestId("loop")).ToBeVisibleAsync();
        }
        finally
        {
            if (!stopped) await takt.DisposeAsync();
        }
    }

    /// <summary>For whoever wants to look: TAKT_SCREENSHOTS names a folder.</summary>
    private static async Task SaveAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("TAKT_SCREENSHOTS") is { Length: > 0 } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Takt.Native.Posix;
using Takt.TestKit;

namespace Takt.Serving.Tests.Inference;

/// <summary>Nothing is lost: not in a swap, not by kill -9, not while the control plane is away.</summary>
public sealed class ContinuityTests : IAsyncLifetime
{
    private readonly ControlPlaneStandIn control = new();
    private readonly TestFolder folder = new();

    public async ValueTask InitializeAsync() => await control.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_last_plan_is_served_from_disk_while_the_control_plane_is_away_and_the_log_is_handed_over_later()
    {
        var ids = new List<string>();
        await using (var plane = await RunningDataPlane.StartAsync(control.Url, folder))
        {
            control.Plan(control.Revision(1, TinyModels.Scorer()));
            await control.InForceAsync();
            await control.StopAsync();
            ids.Add((string)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["id"]!);
        }
        await using (var plane = await RunningDataPlane.StartAsync(control.Url, folder))
        {
            ids.Add((string)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["id"]!);
            await control.StartAsync();
            await control.InForceAsync();
            Assert.Equal(ids.Order(), (await control.RowsAsync()).Select(r => r.Row.Id.ToString("N")).Order());
            Assert.Empty(Directory.GetFiles(folder["plane/log"], "*.seg")); // it may go once it is there
        }
    }

    [Fact]
    public async Task A_plan_that_nobody_confirmed_for_too_long_lets_nobody_in()
    {
        await using (await RunningDataPlane.StartAsync(control.Url, folder))
        {
            control.Plan(control.Revision(1, TinyModels.Scorer()));
            await control.InForceAsync();
            await control.StopAsync();
        }
        File.SetLastWriteTimeUtc(folder["plane/plan.json"], File.GetLastWriteTimeUtc(folder["plane/plan.json"]).AddDays(-8));
        await using var plane = await RunningDataPlane.StartAsync(control.Url, folder);
        using var response = await plane.PostAsync(RunningDataPlane.Body(0, 0));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("plan-too-old", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_with_9_under_load_it_loses_no_answered_request(bool shipping)
    {
        control.TakesLog = shipping;
        await File.WriteAllTextAsync(folder["token"], ControlPlaneStandIn.Token);
        control.Plan(control.Revision(1, TinyModels.Scorer()));
        var answered = new ConcurrentBag<string>();
        for (var life = 0; life < 3; life++)
        {
            if (File.Exists(folder["plane/listening"])) File.Delete(folder["plane/listening"]);
            using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Takt.Serving.StandIn"), [folder["plane"], control.Url, folder["token"]]) { RedirectStandardOutput = true })!;
            _ = process.StandardOutput.ReadToEndAsync();
            var url = await ListeningAsync();
            var load = Enumerable.Range(0, 8).Select(_ => LoadAsync(url, answered)).ToArray();
            var target = answered.Count + 500;
            while (answered.Count < target) await Task.Delay(5);
            Assert.True(ProcessControl.Signal(process.Id, PosixSignalNumber.Kill));
            await process.WaitForExitAsync();
            await Task.WhenAll(load);
        }
        control.TakesLog = true;
        await using var last = await RunningDataPlane.StartAsync(control.Url, folder);
        await control.InForceAsync();
        var logged = (await control.RowsAsync()).Select(r => r.Row.Id.ToString("N")).ToList();
        Assert.Equal(logged.Count, logged.Distinct().Count());
        Assert.Empty(answered.Except(logged));
    }

    private async Task<string> ListeningAsync()
    {
        while (!File.Exists(folder["plane/listening"])) await Task.Delay(5);
        var url = await File.ReadAllTextAsync(folder["plane/listening"]);
        using var client = new HttpClient();
        while (!(await client.GetAsync($"{url}/v2/health/ready")).IsSuccessStatusCode) await Task.Delay(5);
        return url;
    }

    private static async Task LoadAsync(string url, ConcurrentBag<string> answered)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ControlPlaneStandIn.Token);
        while (true)
        {
            try
            {
                using var response = await client.PostAsync("/v2/models/d/infer", new StringContent(RunningDataPlane.Body(1, 2), Encoding.UTF8, "application/json"));
                if (response.IsSuccessStatusCode) answered.Add((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!);
            }
            catch (HttpRequestException)
            {
                return; // it was killed
            }
        }
    }
}

using System.Text.Json;

namespace Takt.Cli.Demo;

/// <summary>Keeps live traffic coming, without a pause; the truth of each thousand flights comes while the next are asked about, while a rollout decides.</summary>
internal static class RolloutTraffic
{
    private const int Chunk = 1000;

    /// <summary>Waits for the newest rollout's end.</summary>
    public static async Task<JsonElement> RolloutEndAsync(this DemoWorld world, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var traffic = Task.Run(() => KeepComingAsync(world, stop.Token), cancellationToken);
        var told = 0;
        try
        {
            return await world.UntilAsync<JsonElement>("the end of the rollout", TimeSpan.FromSeconds(120), async () =>
            {
                if (traffic.IsFaulted) await traffic;
                var rollouts = await world.GetAsync($"deployments/{DemoWorld.Deployment}/history?limit=1", cancellationToken);
                var newest = rollouts.Items().OrderByDescending(r => r.GetProperty("startedAt").GetDateTimeOffset()).FirstOrDefault();
                if (newest.ValueKind != JsonValueKind.Object) return null;
                foreach (var decision in newest.GetProperty("decisions").EnumerateArray().Skip(told))
                {
                    told++;
                    world.Say($"  rollout: {decision.Text("verb")} to {decision.Whole("percent")} %: {decision.Text("reason")}");
                }
                return newest.Text("status") == "running" ? null : newest;
            }, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await traffic.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async Task KeepComingAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var truth = Task.CompletedTask;
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var flights in world.Book.Read(world.Clock, world.Clock.AddDays(1), 4).Chunk(Chunk))
            {
                // Each answer is waited for, also when the rollout has ended: a request cut off by the demo itself would look like a failed one.
                var report = await world.ReplayAsync(flights, CancellationToken.None);
                await truth;
                truth = world.TellTruthAsync(report, CancellationToken.None);
                if (!cancellationToken.IsCancellationRequested) continue;
                await truth;
                return;
            }
            world.Clock = world.Clock.AddDays(1);
        }
    }
}

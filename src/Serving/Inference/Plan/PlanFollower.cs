using Microsoft.Extensions.Logging;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Holds a request at the control plane, puts each new plan in force, seals the log when it is asked to, and reports what came of it.</summary>
internal sealed partial class PlanFollower(DataPlaneClient client, PlanStage stage, InferenceLog inferenceLog, SegmentShipper shipper, Func<DataPlaneCounters> counters, TimeProvider time, ILogger<PlanFollower> log) : IDisposable
{
    private static readonly TimeSpan LeastBetweenRefreshes = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private long refreshed;
    private long seal;
    private bool away;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var plan = stage.Current?.Plan;
                await FollowAsync(await client.OrdersAsync(plan?.Generation ?? -1, plan?.TokensVersion ?? "", seal, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                if (away) LogBack();
                away = false;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (!away) LogAway(e.Message);
                away = true;
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Somebody came with a token that the plan does not know: is there a newer list? Asked at most five times a second, once for all who came before
    /// it was asked; nobody waits much longer than half a second.
    /// </summary>
    public async Task RefreshAsync()
    {
        if (away) return;
        var came = time.GetTimestamp();
        await refreshing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (refreshed >= came) return;
            var pause = LeastBetweenRefreshes - time.GetElapsedTime(refreshed);
            if (refreshed != 0 && pause > TimeSpan.Zero) await Task.Delay(pause, time).ConfigureAwait(false);
            refreshed = time.GetTimestamp();
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), time);
            // No plan has this tokens' version: it is answered at once.
            var orders = await client.OrdersAsync(stage.Current?.Plan.Generation ?? -1, "refresh", seal, limit.Token).ConfigureAwait(false);
            if (orders?.Plan is { } plan && plan.TokensVersion != stage.Current?.Plan.TokensVersion) await FollowAsync(orders with { Seal = seal }, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException)
        {
            LogNotRefreshed(e.Message);
        }
        finally
        {
            refreshing.Release();
        }
    }

    public void Dispose() => refreshing.Dispose();

    private async Task FollowAsync(DataPlaneOrders? orders, CancellationToken cancellationToken)
    {
        stage.Heard(time.GetUtcNow().UtcDateTime);
        if (orders is null) return;
        if (orders.Plan is { } plan)
        {
            await stage.ApplyAsync(plan, client.ModelAsync, keep: true, cancellationToken).ConfigureAwait(false);
            stage.Heard(time.GetUtcNow().UtcDateTime);
            LogInForce(plan.Generation, plan.Deployments.Count, stage.Failures.Count);
        }
        if (orders.Seal > seal)
        {
            inferenceLog.Seal();
            if (!await shipper.TryShipAsync(cancellationToken).ConfigureAwait(false)) throw new HttpRequestException("The log was not taken.");
            seal = orders.Seal;
        }
        await client.ReportAsync(new DataPlaneReport(stage.Current?.Plan.Generation ?? -1, seal, stage.Failures, counters()), cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(1704, LogLevel.Information, "Plan {Generation} is in force: {Deployments} deployments, {Failures} revisions not loaded.")]
    private partial void LogInForce(long generation, int deployments, int failures);

    [LoggerMessage(1705, LogLevel.Warning, "The control plane is away, the last plan goes on: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(1706, LogLevel.Information, "The control plane is back.")]
    private partial void LogBack();

    [LoggerMessage(1707, LogLevel.Debug, "The list of tokens was not refreshed: {Reason}")]
    private partial void LogNotRefreshed(string reason);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Takt.Serving;

/// <summary>
/// Takes up where the last process ended, before a data plane is let in: rollouts under way, the copy of the log, truths; then the judge begins.
/// </summary>
internal sealed partial class ServingStart(RolloutController controller, RolloutActions actions, DeploymentStore store, LogReceiver receiver, SegmentConverter converter, TruthBook truths, TrafficWatch traffic, DataPlaneBoard board,
    PlanMaker plans, ILogger<ServingStart> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        receiver.Rows += (segment, key, rows) =>
        {
            controller.Add(key, rows); // first: a truth that waited for these rows finds its pair
            truths.AddRows(segment, key, rows);
            traffic.Add(key, rows);
        };
        receiver.Closed += converter.Offer;
        truths.Matched += controller.AddTruths;
        board.LoadFailed += controller.LoadFailed;
        converter.OldestRollout = () => controller.Oldest;
        await controller.LoadAsync(cancellationToken).ConfigureAwait(false);
        truths.Start();
        receiver.Start((_, key, rows) => controller.Add(key, rows));
        truths.Replay(controller.StartedAt);
        controller.BeginJudging();
        await plans.RemakeAsync(cancellationToken).ConfigureAwait(false);
        _ = MendAliasesAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A process that ended between a promotion and its alias left the alias behind.</summary>
    private async Task MendAliasesAsync()
    {
        try
        {
            foreach (var deployment in await store.ListAsync(null, CancellationToken.None).ConfigureAwait(false))
                if (deployment.Champion is { } champion)
                    await actions.FollowWithAliasAsync(deployment.Project, deployment.Name, champion, "brought into line with what answers", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotMended(e.Message);
        }
    }

    [LoggerMessage(1760, LogLevel.Warning, "Aliases were not compared with what answers: {Reason}")]
    private partial void LogNotMended(string reason);
}

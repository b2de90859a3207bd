using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Access;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Makes the plan from the records and the list of tokens: at once when a deployment changed, and looks twice a second whether it still holds (tokens change without a word to us).</summary>
internal sealed partial class PlanMaker(DeploymentStore store, IProjects projects, ITokens tokens, DataPlaneBoard board, TimeProvider time, ILogger<PlanMaker> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>The plan of the newest committed generation, published.</summary>
    public async Task RemakeAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // The generation first: what is read after it is at least as new.
            var generation = await store.GenerationAsync(cancellationToken).ConfigureAwait(false);
            var planned = new List<PlannedDeployment>();
            var rollouts = await store.AllRunningAsync(cancellationToken).ConfigureAwait(false);
            foreach (var row in await store.ListAsync(null, cancellationToken).ConfigureAwait(false))
            {
                if (row.Champion is null || await projects.FindAsync(row.Project, cancellationToken).ConfigureAwait(false) is not { } project) continue;
                var revisions = await store.RevisionsAsync(row.Project, row.Name, cancellationToken).ConfigureAwait(false);
                planned.Add(Planned(row, project.Name, revisions, rollouts.FirstOrDefault(r => r.Project == row.Project && r.Deployment == row.Name)));
            }
            var (known, version) = await TokensAsync(cancellationToken).ConfigureAwait(false);
            board.Publish(new DataPlanePlan(generation, planned, known, version));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Are generation and tokens still those of the plan? Else a new plan: so a change whose own plan failed on the way goes out all the same.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (board.Plan is { } plan && await store.GenerationAsync(cancellationToken).ConfigureAwait(false) == plan.Generation
            && (await TokensAsync(cancellationToken).ConfigureAwait(false)).Version == plan.TokensVersion.TrimEnd(DataPlaneBoard.Braked)) return;
        await RemakeAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (board.Plan is null || board.Alive > 0) await CheckAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>The challenger first (see <see cref="PlannedDeployment"/>). While a rollout runs each of the two gets copies of what the other answers: pairs are what quality is judged on.</summary>
    private static PlannedDeployment Planned(DeploymentRow row, string project, List<Revision> revisions, RolloutRow? rollout)
    {
        var arms = new List<PlannedRevision>();
        if (rollout is not null)
        {
            arms.Add(Arm(revisions, rollout.Challenger, rollout.Percent, shadow: true));
            arms.Add(Arm(revisions, rollout.Champion, 100 - rollout.Percent, shadow: true));
        }
        else arms.Add(Arm(revisions, row.Champion!.Value, 100, shadow: false));
        return new PlannedDeployment(row.Project, project, row.Name, row.Spec.FlushBeforeAnswer, row.Spec.StickyBy, arms);
    }

    private static PlannedRevision Arm(List<Revision> revisions, int number, int percent, bool shadow)
    {
        var revision = revisions.First(r => r.Number == number);
        return new PlannedRevision(number, revision.ModelVersion, revision.Model, percent, shadow);
    }

    private async Task<(IReadOnlyList<PlannedToken> Tokens, string Version)> TokensAsync(CancellationToken cancellationToken)
    {
        var hashes = await tokens.HashesAsync(cancellationToken).ConfigureAwait(false);
        var planned = hashes.GroupBy(h => h.Sha256).OrderBy(g => g.Key.ToString(), StringComparer.Ordinal)
            .Select(g => new PlannedToken(g.Key, g.Any(h => h.Project is null) ? null : [.. g.Select(h => h.Project!.Value).OrderBy(p => p.Value)], g.Max(h => h.ExpiresAt))).ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var token in planned) hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{token.Sha256} {(token.Projects is null ? "*" : string.Join(',', token.Projects))} {token.ExpiresAt.UtcTicks};"));
        return (planned, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8)));
    }

    [LoggerMessage(1730, LogLevel.Warning, "The plan for the data planes was not renewed: {Reason}")]
    private partial void LogFailed(string reason);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.Requests;

/// <summary>
/// Counts what was refused, and once a minute writes one fact for each actor and project that were refused something: never a row per refusal, or refusals would be an attack.
/// The counts are bounded: strangers count as one, everybody else has a token. Thread-safe.
/// </summary>
internal sealed partial class Refusals(ITaktDatabase database, IJournal journal, TimeProvider time, ILogger<Refusals> log) : BackgroundService
{
    private readonly Lock gate = new();
    private Dictionary<(ActorId? Actor, ProjectId Project), SortedDictionary<string, long>> counts = [];

    public void Count(ActorId? actor, ProjectId? project, string reason)
    {
        lock (gate)
        {
            var key = (actor, project ?? ProjectId.Default);
            if (!counts.TryGetValue(key, out var reasons)) counts.Add(key, reasons = new SortedDictionary<string, long>(StringComparer.Ordinal));
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var minute = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        try
        {
            while (await minute.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await WriteAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await WriteAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the counts so far; keeps them where that fails.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<(ActorId? Actor, ProjectId Project), SortedDictionary<string, long>> taken;
        lock (gate) (taken, counts) = (counts, []);
        if (taken.Count == 0) return;
        try
        {
            await database.InTransactionAsync(async (transaction, token) =>
            {
                foreach (var ((actor, project), reasons) in taken)
                {
                    var who = actor is { } id ? Id.Text(id) : "stranger";
                    var payload = new { By = who, Until = time.GetUtcMicroseconds(), Count = reasons.Values.Sum(), Reasons = reasons };
                    await journal.AppendAsync(transaction, Fact.Of(Caller.System(project), "access.refused", new Subject("actor", who), payload), token).ConfigureAwait(false);
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or OperationCanceledException)
        {
            LogNotWritten(e.Message);
            lock (gate)
                foreach (var ((actor, project), reasons) in taken)
                    foreach (var (reason, count) in reasons)
                    {
                        if (!counts.TryGetValue((actor, project), out var kept)) counts.Add((actor, project), kept = new SortedDictionary<string, long>(StringComparer.Ordinal));
                        kept[reason] = kept.GetValueOrDefault(reason) + count;
                    }
        }
    }

    [LoggerMessage(1202, LogLevel.Warning, "The refusals of the last minute are not in the journal yet ({Why}); they go in with the next.")]
    private partial void LogNotWritten(string why);
}

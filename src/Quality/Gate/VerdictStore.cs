using System.Text.Json;
using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Quality;

internal sealed class VerdictStore(ITaktDatabase database, IJournal journal)
{
    private const string Select = """
        SELECT v.id, v.gate, v.model, v.passed, v.findings, v.at, o.by_actor, o.reason, o.at
        FROM quality.verdicts v LEFT JOIN quality.verdict_overrides o ON o.verdict = v.id
        """;

    public Task<Verdict?> FindAsync(ProjectId project, VerdictId id, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE v.id = $1 AND v.project = $2", id, project).FirstAsync(Read, cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="before">The last verdict of the page before; null: from the newest.</param>
    public Task<List<Verdict>> ListAsync(ProjectId project, string? gate, VerdictId? before, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE v.project = $1 AND ($2::text IS NULL OR v.gate = $2) AND ($3::uuid IS NULL OR v.id < $3) ORDER BY v.id DESC LIMIT $4",
            project, gate, before, limit).ListAsync(Read, cancellationToken);

    public Task AddAsync(Caller caller, Verdict verdict, GateEvidence evidence, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            await transaction.Command("INSERT INTO quality.verdicts (id, project, gate, model, passed, findings, candidate, champion, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                verdict.Id, caller.Project, verdict.Gate, verdict.Model, verdict.Passed, JsonSerializer.Serialize(verdict.Findings, TaktJson.Options), evidence.Candidate, evidence.Champion, verdict.At)
                .RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "gate.judged", Subject.Verdict(verdict.Id.ToString()),
                new { verdict = verdict.Id, gate = verdict.Gate, model = verdict.Model, passed = verdict.Passed, candidate = evidence.Candidate, champion = evidence.Champion, findings = verdict.Findings },
                new LineageEdge(Subject.Blob(verdict.Model), Subject.Verdict(verdict.Id.ToString()), "judged")), token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>False where somebody has let it through already. Answered once the fact is in the tree.</summary>
    public async Task<bool> OverrideAsync(Caller caller, Verdict verdict, VerdictOverride decision, CancellationToken cancellationToken)
    {
        var fact = await database.InTransactionAsync<FactId?>(async (transaction, token) =>
        {
            var added = await transaction.Command("INSERT INTO quality.verdict_overrides (verdict, project, by_actor, reason, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                verdict.Id, caller.Project, decision.By, decision.Reason, decision.At).RunAsync(token).ConfigureAwait(false);
            if (added == 0) return null;
            return await journal.AppendAsync(transaction, Fact.Of(caller, "gate.overridden", Subject.Verdict(verdict.Id.ToString()),
                new { verdict = verdict.Id, gate = verdict.Gate, model = verdict.Model, reason = decision.Reason }), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        if (fact is not { } id) return false;
        await journal.SequencedAsync(id, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static Verdict Read(NpgsqlDataReader row) => new(row.GetId<VerdictId>(0), row.GetString(1), row.GetDigest(2), row.GetBoolean(3),
        JsonSerializer.Deserialize<List<GateFinding>>(row.GetString(4), TaktJson.Options)!,
        row.IsDBNull(6) ? null : new VerdictOverride(row.GetId<ActorId>(6), row.GetString(7), row.GetTime(8)), row.GetTime(5));
}

using System.Text.Json;
using Takt.Definitions.Reading;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Definitions.Applied;

/// <summary>The definitions that were applied, with their facts.</summary>
internal sealed class AppliedStore(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    public Task<AppliedDefinition?> LastAsync(ProjectId project, CancellationToken cancellationToken) =>
        database.App.Command("SELECT number, file, files, digest, actor, at FROM definitions.applied WHERE project = $1 ORDER BY number DESC LIMIT 1", project)
            .FirstAsync(r => new AppliedDefinition(r.GetInt32(0), r.GetString(1),
                JsonSerializer.Deserialize<Dictionary<string, string>>(r.GetString(2))!, r.GetDigest(3), r.GetId<ActorId>(4), r.GetTime(5)), cancellationToken);

    public Task<(AppliedDefinition Applied, FactId Fact)> AddAsync(Caller caller, DefinitionSource source, IReadOnlyList<SpecChange> changes, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var at = time.GetUtcMicroseconds();
            var digest = source.Digest;
            var number = await transaction.Command("""
                INSERT INTO definitions.applied (project, number, file, files, source, digest, actor, at)
                SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM definitions.applied WHERE project = $1
                RETURNING number
                """, caller.Project, source.File, JsonSerializer.Serialize(source.Files), source.Source?.GetRawText(), digest, caller.Actor, at)
                .ScalarAsync<int>(token).ConfigureAwait(false);
            var lines = changes.Where(c => c.Verb is not ChangeVerb.Keep).Select(c => new { c.Verb, c.Kind, c.Name }).ToList();
            var fact = await journal.AppendAsync(transaction, Fact.Of(caller, "definition.applied", new Subject("definition", $"{number}"),
                new { number, digest, files = source.Files.Keys.Order(StringComparer.Ordinal), changes = lines }), token).ConfigureAwait(false);
            return (new AppliedDefinition(number, source.File, source.Files, digest, caller.Actor, at), fact);
        }, cancellationToken);
}

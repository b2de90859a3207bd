using System.Text.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Quality;

/// <summary>Gates as takt.yaml defined them.</summary>
internal sealed class GateSpecStore(ITaktDatabase database, IJournal journal)
{
    public async Task<GateSpec?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        await database.App.Command("SELECT spec FROM quality.gates WHERE project = $1 AND name = $2", project, name).ScalarAsync<string>(cancellationToken).ConfigureAwait(false) is { } spec
            ? Read(spec)
            : null;

    public Task<List<GateSpec>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        database.App.Command("SELECT spec FROM quality.gates WHERE project = $1 ORDER BY name", project).ListAsync(r => Read(r.GetString(0)), cancellationToken);

    /// <summary>Makes the project's gates these and no others; a fact for each that changes.</summary>
    public Task ReplaceAsync(Caller caller, IReadOnlyList<GateSpec> specs, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var before = (await transaction.Command("SELECT name, spec FROM quality.gates WHERE project = $1 FOR UPDATE", caller.Project)
                .ListAsync(r => (Name: r.GetString(0), Spec: r.GetString(1)), token).ConfigureAwait(false)).ToDictionary(g => g.Name, g => g.Spec);
            foreach (var spec in specs)
            {
                var text = Write(spec);
                if (before.Remove(spec.Name, out var old) && old == text) continue;
                await transaction.Command("INSERT INTO quality.gates (project, name, spec) VALUES ($1, $2, $3) ON CONFLICT (project, name) DO UPDATE SET spec = excluded.spec",
                    caller.Project, spec.Name, text).RunAsync(token).ConfigureAwait(false);
                await journal.AppendAsync(transaction, Fact.Of(caller, "gate.defined", new Subject("gate", spec.Name), spec), token).ConfigureAwait(false);
            }
            foreach (var gone in before.Keys)
            {
                await transaction.Command("DELETE FROM quality.gates WHERE project = $1 AND name = $2", caller.Project, gone).RunAsync(token).ConfigureAwait(false);
                await journal.AppendAsync(transaction, Fact.Of(caller, "gate.removed", new Subject("gate", gone), new { name = gone }), token).ConfigureAwait(false);
            }
        }, cancellationToken);

    internal static string Write(GateSpec spec) => JsonSerializer.Serialize(spec, TaktJson.Options);

    private static GateSpec Read(string text) => JsonSerializer.Deserialize<GateSpec>(text, TaktJson.Options)!;
}

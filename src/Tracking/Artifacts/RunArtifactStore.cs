using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>Names kept blobs as files of a run.</summary>
internal sealed class RunArtifactStore(ITaktDatabase database, IJournal journal)
{
    public Task<List<RunArtifact>> ListAsync(RunId run, CancellationToken cancellationToken) =>
        database.App.Command("SELECT path, blob, size FROM tracking.artifacts WHERE run = $1 ORDER BY path", run)
            .ListAsync(r => new RunArtifact(r.GetString(0), r.GetDigest(1), r.GetInt64(2)), cancellationToken);

    /// <summary>Writes or replaces the file, with its fact; the same again changes nothing. False where the project has no such run, or a deleted one.</summary>
    public Task<bool> AttachAsync(Caller caller, RunId run, RunArtifact artifact, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var found = await transaction.Command("SELECT 1 FROM tracking.runs WHERE id = $1 AND project = $2 AND NOT deleted", run, caller.Project).ScalarAsync<int?>(token).ConfigureAwait(false);
            if (found is null) return false;
            var changed = await transaction.Command("""
                INSERT INTO tracking.artifacts AS a (project, run, path, blob, size) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (run, path) DO UPDATE SET blob = excluded.blob, size = excluded.size WHERE a.blob <> excluded.blob
                """, caller.Project, run, artifact.Path, artifact.Blob, artifact.Size).RunAsync(token).ConfigureAwait(false);
            if (changed == 0) return true;
            await journal.AppendAsync(transaction, Fact.Of(caller, "artifact.attached", Subject.Run(run.ToString()), new { run, path = artifact.Path, blob = artifact.Blob, size = artifact.Size },
                new LineageEdge(Subject.Run(run.ToString()), Subject.Blob(artifact.Blob), "produced")), token).ConfigureAwait(false);
            return true;
        }, cancellationToken);
}

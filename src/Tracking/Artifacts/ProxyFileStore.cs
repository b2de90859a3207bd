using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>Files of the proxy, a run's and the project's, each a name for a kept blob.</summary>
internal sealed class ProxyFileStore(ITaktDatabase database, RunArtifactStore runs, IJournal journal)
{
    public Task<Blob?> FindAsync(ProjectId project, ProxyPath path, CancellationToken cancellationToken) =>
        (path.Run is { } run
            ? database.App.Command("SELECT blob, size FROM tracking.artifacts WHERE run = $1 AND path = $2 AND project = $3", run, path.Rest, project)
            : database.App.Command("SELECT blob, size FROM tracking.proxy_files WHERE project = $1 AND path = $2", project, path.Rest))
        .FirstAsync(r => new Blob(r.GetDigest(0), r.GetInt64(1)), cancellationToken);

    /// <summary>Names the blob, with its fact. False where the project has no such run, or a deleted one.</summary>
    public async Task<bool> PutAsync(Caller caller, ProxyPath path, Blob blob, CancellationToken cancellationToken)
    {
        if (path.Run is { } run) return await runs.AttachAsync(caller, run, new RunArtifact(path.Rest, blob.Digest, blob.Size), cancellationToken).ConfigureAwait(false);
        await database.InTransactionAsync(async (transaction, token) =>
        {
            var changed = await transaction.Command("""
                INSERT INTO tracking.proxy_files AS f (project, path, blob, size) VALUES ($1, $2, $3, $4)
                ON CONFLICT (project, path) DO UPDATE SET blob = excluded.blob, size = excluded.size WHERE f.blob <> excluded.blob
                """, caller.Project, path.Rest, blob.Digest, blob.Size).RunAsync(token).ConfigureAwait(false);
            if (changed > 0)
                await journal.AppendAsync(transaction, Fact.Of(caller, "artifact.stored", Subject.Blob(blob.Digest), new { path = path.Rest, blob = blob.Digest, size = blob.Size }), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes the name off a file, or off all files of a folder, with its fact. The blobs stay until nobody needs them.</summary>
    public Task RemoveAsync(Caller caller, ProxyPath path, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            // '0' is the character after '/': from "folder/" up to it lie the folder's files.
            var gone = await (path.Run is { } run
                ? transaction.Command("DELETE FROM tracking.artifacts WHERE run = $1 AND project = $2 AND ($3 = '' OR path = $3 OR (path >= $3 || '/' AND path < $3 || '0'))", run, caller.Project, path.Rest)
                : transaction.Command("DELETE FROM tracking.proxy_files WHERE project = $1 AND $2 <> '' AND (path = $2 OR (path >= $2 || '/' AND path < $2 || '0'))", caller.Project, path.Rest))
                .RunAsync(token).ConfigureAwait(false);
            if (gone > 0)
                await journal.AppendAsync(transaction, Fact.Of(caller, "artifact.removed", path.Run is { } of ? Subject.Run(of.ToString()) : new Subject("path", path.Rest), new { run = path.Run, path = path.Rest, files = gone }), token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>What lies right below a folder.</summary>
    public async Task<List<ArtifactEntry>> ListAsync(ProjectId project, ProxyPath path, CancellationToken cancellationToken)
    {
        var files = await (path.Run is { } run
            ? database.App.Command("SELECT path, size FROM tracking.artifacts WHERE run = $1 AND project = $2 AND ($3 = '' OR (path >= $3 || '/' AND path < $3 || '0')) ORDER BY path", run, project, path.Rest)
            : database.App.Command("SELECT path, size FROM tracking.proxy_files WHERE project = $1 AND ($2 = '' OR (path >= $2 || '/' AND path < $2 || '0')) ORDER BY path", project, path.Rest))
            .ListAsync(r => (r.GetString(0), r.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        return ArtifactListing.Below(files, path.Rest);
    }
}

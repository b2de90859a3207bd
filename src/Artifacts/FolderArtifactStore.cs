using Takt.Artifacts.Folder;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Artifacts;

/// <summary>Blobs in a folder of this machine; which project sees which stands in PostgreSQL.</summary>
internal sealed class FolderArtifactStore(ITaktDatabase database, BlobFolder folder, IJournal journal, ArtifactsOptions options, TimeProvider time) : IArtifactStore
{
    private readonly VerifiedFiles verified = new();

    public string LocalFolder => folder.Root;

    public async Task<Blob> PutAsync(ProjectId project, Stream content, CancellationToken cancellationToken) =>
        (await PutAsync(project, content, expected: null, teller: null, cancellationToken).ConfigureAwait(false)).Value;

    /// <param name="expected">Refused, and nothing kept, where the content has another digest.</param>
    /// <param name="teller">Who put it, for a fact where it is new to the project; null: the caller is a module, which tells of it in a fact of its own.</param>
    public async Task<Outcome<Blob>> PutAsync(ProjectId project, Stream content, Digest? expected, Caller? teller, CancellationToken cancellationToken)
    {
        try
        {
            var room = await RoomAsync(project, cancellationToken).ConfigureAwait(false);
            await using var incoming = await IncomingBlob.ReceiveAsync(folder, content, Math.Min(room, options.LargestBlob), cancellationToken).ConfigureAwait(false);
            if (expected is { } said && said != incoming.Digest) return ArtifactProblems.WrongDigest(said, incoming.Digest);
            if (!verified.Has(incoming.Digest, folder.BlobPath(incoming.Digest))) incoming.Keep();
            // The bytes are durable before any record speaks of them.
            var blob = new Blob(incoming.Digest, incoming.Size);
            await database.InTransactionAsync(async (transaction, token) =>
            {
                var rows = await transaction.Command("INSERT INTO artifacts.blobs (project, digest, size, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    project, blob.Digest, blob.Size, time.GetUtcMicroseconds()).RunAsync(token).ConfigureAwait(false);
                if (rows == 1 && teller is not null) await journal.AppendAsync(transaction, Fact.Of(teller, "artifact.put", Subject.Blob(blob.Digest), blob), token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            return blob;
        }
        catch (IOException e) when (ArtifactProblems.IsDiskFull(e))
        {
            throw new RefusedException(ArtifactProblems.DiskFull);
        }
    }

    public Task<Blob?> FindAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        database.App.Command("SELECT size FROM artifacts.blobs WHERE project = $1 AND digest = $2", project, digest)
            .FirstAsync(row => new Blob(digest, row.GetInt64(0)), cancellationToken);

    public async Task<Stream> OpenAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        await OpenAsync(await NeedAsync(project, digest, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async Task<string> LocalPathAsync(ProjectId project, Digest digest, CancellationToken cancellationToken)
    {
        var blob = await NeedAsync(project, digest, cancellationToken).ConfigureAwait(false);
        var path = folder.BlobPath(digest);
        if (verified.Has(digest, path)) return path;
        var look = VerifiedFiles.Look(path);
        await using (var stream = await OpenAsync(blob, cancellationToken).ConfigureAwait(false)) await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        verified.Add(digest, look);
        return path;
    }

    private async Task<Blob> NeedAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        await FindAsync(project, digest, cancellationToken).ConfigureAwait(false) ?? throw new FileNotFoundException($"The project has no artifact {digest}.");

    private async Task<Stream> OpenAsync(Blob blob, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new FileStream(folder.BlobPath(blob.Digest), new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactDamagedException(blob.Digest, 0);
        }
        try
        {
            if (file.Length != blob.Size) throw new ArtifactDamagedException(blob.Digest, Math.Min(file.Length, blob.Size) / ChunkedDigest.ChunkSize);
            return new CheckedStream(file, blob.Digest, blob.Size, await ChunkList.ReadAsync(folder, blob.Digest, blob.Size, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>How many bytes the project may still put.</summary>
    private async Task<long> RoomAsync(ProjectId project, CancellationToken cancellationToken)
    {
        if (options.ProjectQuota is not { } quota) return long.MaxValue;
        var used = await database.App.Command("SELECT coalesce(sum(size), 0)::bigint FROM artifacts.blobs WHERE project = $1", project).ScalarAsync<long>(cancellationToken).ConfigureAwait(false);
        return used < quota ? quota - used : throw new RefusedException(ArtifactProblems.QuotaReached(quota));
    }
}

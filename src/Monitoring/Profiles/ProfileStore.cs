using System.Text.Json;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <summary>The references' profiles: made once for a reference and a block length, kept as an artifact. One caller at a time.</summary>
internal sealed class ProfileStore(ITaktDatabase database, IArtifactStore artifacts, Engine engine, TimeProvider time)
{
    private const int Limit = 256 << 20;
    private const int Remembered = 8;

    private readonly Dictionary<(ProjectId, Digest, int), Profile> memory = [];

    public async Task<Profile> OfAsync(ProjectId project, Digest reference, int blockSeconds, CancellationToken cancellationToken)
    {
        if (memory.TryGetValue((project, reference, blockSeconds), out var known)) return known;
        var kept = await database.App.Command("SELECT profile FROM monitoring.profiles WHERE project = $1 AND reference = $2 AND block_seconds = $3", project, reference, blockSeconds)
            .ScalarAsync<byte[]>(cancellationToken).ConfigureAwait(false);
        var profile = kept is null
            ? await MakeAsync(project, reference, blockSeconds, cancellationToken).ConfigureAwait(false)
            : JsonSerializer.Deserialize<Profile>(await artifacts.ReadAsync(project, new Digest(kept), Limit, cancellationToken).ConfigureAwait(false), TaktJson.Options)!;
        if (memory.Count >= Remembered) memory.Clear();
        memory[(project, reference, blockSeconds)] = profile;
        return profile;
    }

    private async Task<Profile> MakeAsync(ProjectId project, Digest reference, int blockSeconds, CancellationToken cancellationToken)
    {
        var path = await artifacts.LocalPathAsync(project, reference, cancellationToken).ConfigureAwait(false);
        Profile profile;
        using (var connection = engine.Connect(path)) profile = ReferenceProfile.Make(connection, path, blockSeconds, cancellationToken);
        var blob = await artifacts.PutAsync(project, JsonSerializer.SerializeToUtf8Bytes(profile, TaktJson.Options), cancellationToken).ConfigureAwait(false);
        await database.App.Command("INSERT INTO monitoring.profiles VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            project, reference, blockSeconds, blob.Digest, profile.Rows, time.GetUtcMicroseconds()).RunAsync(cancellationToken).ConfigureAwait(false);
        return profile;
    }
}

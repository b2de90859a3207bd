using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Checkpoints;

/// <summary>
/// The keys that sign checkpoints: <c>keys/journal-N.pem</c> in home, readable by the owner alone. The newest signs; when it has grown old the next is made,
/// and the old one endorses it. Public keys stay in the journal's records for ever.
/// </summary>
internal sealed partial class SigningKeys(TaktHome home, JournalOptions options, TimeProvider time, ILogger<SigningKeys> log)
{
    public async Task<SigningKey> CurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var identity = new NpgsqlCommand("SELECT id FROM journal.identity", connection);
        var journal = (Guid)(await identity.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        var known = await KnownAsync(connection, cancellationToken).ConfigureAwait(false);
        var newest = known.Count == 0 ? null : known[^1];
        var current = newest is null ? null : Load(newest);
        if (newest is not null && current is null) LogLost(newest.Name, PathOf(newest.Number));
        if (current is not null && time.GetUtcNow() - newest!.At < options.KeyLifetime) return new SigningKey(journal, newest.Name, current);

        var number = (newest?.Number ?? 0) + 1;
        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await SaveAsync(PathOf(number), made, cancellationToken).ConfigureAwait(false);
        var publicKey = made.ExportSubjectPublicKeyInfo();
        var name = NameOf(number);
        await using var insert = new NpgsqlCommand("INSERT INTO journal.keys (name, public_key, endorsed_by, endorsement, at) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = name }, new() { Value = publicKey },
                new() { Value = current is null ? DBNull.Value : newest!.Name, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = current is null ? DBNull.Value : Sign(current, EndorsementText(journal, name, publicKey)), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea },
                new() { Value = time.GetUtcMicroseconds(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        LogMade(name);
        current?.Dispose();
        return new SigningKey(journal, name, made);
    }

    /// <summary>What an older key signs of a newer one.</summary>
    public static byte[] EndorsementText(Guid journal, string name, byte[] publicKey) =>
        Encoding.UTF8.GetBytes($"takt journal key v1\n{journal:N}\n{name}\n{Convert.ToHexStringLower(publicKey)}\n");

    public static byte[] Sign(ECDsa key, byte[] text) => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public static bool Verifies(ECDsa key, byte[] text, byte[] signature) => key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Every key that ever signed, oldest first.</summary>
    private static async Task<List<KnownKey>> KnownAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT name, public_key, endorsed_by, endorsement, at FROM journal.keys", connection);
        var keys = await command.ListAsync(KnownKey.Row, cancellationToken).ConfigureAwait(false);
        return [.. keys.OrderBy(k => k.Number)];
    }

    /// <summary>The private key of a public one; null where the file is gone, or is another key's.</summary>
    private ECDsa? Load(KnownKey known)
    {
        if (!File.Exists(PathOf(known.Number))) return null;
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(PathOf(known.Number)));
        if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(known.PublicKey)) return key;
        key.Dispose();
        return null;
    }

    private static async Task SaveAsync(string path, ECDsa key, CancellationToken cancellationToken)
    {
        OwnerOnly.CreateFolder(Path.GetDirectoryName(path)!);
        await OwnerOnly.WriteAsync(path, key.ExportPkcs8PrivateKeyPem() + "\n", cancellationToken).ConfigureAwait(false);
    }

    private string PathOf(int number) => Path.Combine(home.Keys, $"{NameOf(number)}.pem");

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"journal-{number}");

    [LoggerMessage(1004, LogLevel.Information, "The journal's checkpoints are signed with the new key {Name} from now on.")]
    private partial void LogMade(string name);

    [LoggerMessage(1005, LogLevel.Warning, "The private key {Name} is not in {Path} any more: a new key follows that nothing endorses.")]
    private partial void LogLost(string name, string path);
}

/// <summary>A public key of the journal.</summary>
/// <param name="Endorsement">By the key before it; null for the first, and where that one was lost.</param>
internal sealed record KnownKey(string Name, byte[] PublicKey, string? EndorsedBy, byte[]? Endorsement, DateTimeOffset At)
{
    public int Number => int.Parse(Name["journal-".Length..], CultureInfo.InvariantCulture);

    public static KnownKey Row(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetTextOrNull(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), row.GetTime(4));
}

/// <summary>The key that signs now.</summary>
internal sealed class SigningKey(Guid journal, string name, ECDsa key)
{
    public SignedCheckpoint Sign(long size, Digest root, DateTimeOffset at)
    {
        var checkpoint = new Checkpoint(journal, size, root, at, name);
        return new SignedCheckpoint(checkpoint, SigningKeys.Sign(key, checkpoint.Text()));
    }
}

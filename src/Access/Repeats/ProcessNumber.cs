using System.Security.Cryptography;
using Npgsql;

namespace Takt.Access.Repeats;

/// <summary>A number for this process, with an advisory lock that it holds while it lives: what a dead process began can be told from what a live one works on.</summary>
internal sealed class ProcessNumber
{
    /// <summary>The lock's first half, "TAKT".</summary>
    public const int LockClass = 0x54414B54;

    public int Value { get; } = RandomNumberGenerator.GetInt32(int.MaxValue);

    public async Task HoldAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1, $2)", connection) { Parameters = { new() { Value = LockClass }, new() { Value = Value } } };
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

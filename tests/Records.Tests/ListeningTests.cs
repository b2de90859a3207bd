using Npgsql;
using Takt.TestKit;

namespace Takt.Records.Tests;

/// <summary>What Journal and Access count on where they listen.</summary>
public sealed class ListeningTests
{
    [Fact]
    public async Task A_listening_connection_outlives_a_quiet_time_and_a_cancelled_wait()
    {
        await using var db = await TestDatabase.CreateAsync();
        await using var connection = await db.Database.App.OpenConnectionAsync();
        var heard = 0;
        connection.Notification += (_, _) => heard++;
        await using (var listen = new NpgsqlCommand("LISTEN takt_test", connection)) await listen.ExecuteNonQueryAsync();
        Assert.False(await connection.WaitAsync(TimeSpan.FromMilliseconds(50), default));
        using (var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.WaitAsync(cancel.Token));
        await db.Database.App.Command("SELECT pg_notify('takt_test', '')").RunAsync(default);
        Assert.True(await connection.WaitAsync(TimeSpan.FromSeconds(10), default));
        Assert.Equal(1, heard);
        await using var still = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await still.ExecuteScalarAsync());
    }
}

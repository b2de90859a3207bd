using System.Globalization;
using Npgsql;
using Takt.Kernel;
using Takt.Native.Posix;
using Takt.TestKit;

namespace Takt.Supervisor.Tests.Postgres;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TestFolder folder = new();

    private EmbeddedPostgresOptions Options => new() { Folder = folder["postgres"] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_new_folder_gets_a_cluster_that_answers_and_keeps_what_it_was_told()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
            await first.StopAsync(Cancellation);
            await first.Ended.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }

        await using var second = await StartAsync();
        Assert.False(second.Adopted);
        Assert.Equal(42, await ScalarAsync(second, "SELECT n FROM kept"));
        await second.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_running_cluster_is_adopted_not_started_twice()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        Assert.True(second.Adopted);
        Assert.Equal(first.ProcessId, second.ProcessId);
        await second.StopAsync(Cancellation);
        await first.Ended.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    [Fact]
    public async Task After_kill_9_the_next_start_recovers_what_was_committed()
    {
        await using var killed = await StartAsync();
        await ExecuteAsync(killed, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        ProcessControl.Signal(killed.ProcessId, PosixSignalNumber.Kill);
        await killed.Ended.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        await using var recovered = await StartAsync();
        Assert.Equal(7, await ScalarAsync(recovered, "SELECT n FROM kept"));
        await recovered.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_lock_file_whose_number_now_belongs_to_another_process_does_not_stop_the_start()
    {
        await using (var killed = await StartAsync())
        {
            ProcessControl.Signal(killed.ProcessId, PosixSignalNumber.Kill);
            await killed.Ended.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }

        var lockFile = folder["postgres/data/postmaster.pid"];
        var lines = await File.ReadAllLinesAsync(lockFile, Cancellation);
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(lockFile, lines, Cancellation);

        await using var recovered = await StartAsync();
        Assert.True(await recovered.IsHealthyAsync(Cancellation));
        await recovered.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_never_opened()
    {
        Directory.CreateDirectory(folder["postgres/data"]);
        await File.WriteAllTextAsync(folder["postgres/data/PG_VERSION"], "9\n", Cancellation);
        var refused = await Assert.ThrowsAsync<RefusedException>(StartAsync);
        Assert.Equal("postgres-other-version", refused.Problem.Type);
        Assert.Contains("made by PostgreSQL 9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_no_tcp_port_and_on_a_socket_that_others_cannot_use()
    {
        await using var postgres = await StartAsync();
        Assert.Equal("", await ScalarAsync(postgres, "SHOW listen_addresses"));
        Assert.Equal("0700", await ScalarAsync(postgres, "SHOW unix_socket_permissions"));
        Assert.Equal("on", await ScalarAsync(postgres, "SHOW fsync"));
        await postgres.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_folder_too_deep_for_a_unix_socket_gets_its_socket_elsewhere()
    {
        var deep = folder[new string('d', 100)];
        await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = deep }, TimeProvider.System, Cancellation);
        Assert.StartsWith("/tmp/takt-pg-", postgres.SocketFolder, StringComparison.Ordinal);
        Assert.True(await postgres.IsHealthyAsync(Cancellation));
        await postgres.StopAsync(Cancellation);
        Directory.Delete(postgres.SocketFolder, recursive: true);
    }

    private async Task<EmbeddedPostgres> StartAsync()
    {
        try
        {
            return await EmbeddedPostgres.StartAsync(Options, TimeProvider.System, Cancellation);
        }
        catch (RefusedException e) when (e.Problem.Type == "postgres-missing")
        {
            throw Missing.Infrastructure(e.Message);
        }
    }

    private static async Task ExecuteAsync(EmbeddedPostgres postgres, string sql) => await ScalarAsync(postgres, sql);

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}

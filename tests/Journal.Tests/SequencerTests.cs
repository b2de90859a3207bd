using Npgsql;
using Takt.Journal.Tree;
using Takt.Kernel;
using Takt.Records;
using Takt.TestHost;

namespace Takt.Journal.Tests;

public sealed class SequencerTests
{
    [Fact]
    public async Task A_fact_of_a_committed_transaction_is_sequenced_and_its_proof_leads_to_the_signed_root()
    {
        await using var server = await TestServer.StartAsync();
        var journal = server.Get<IJournal>();
        var ids = new List<FactId>();
        for (var i = 0; i < 7; i++) ids.Add(await server.AppendAsync("test.happened", $$"""{"n":{{i}}}"""));

        foreach (var id in ids)
        {
            var receipt = await journal.SequencedAsync(id, TestContext.Current.CancellationToken);
            var fact = (await journal.ReadAsync(null, receipt.Position - 1, 1, [], default)).Single();
            Assert.Equal(id, fact.Id);
            Assert.Equal(fact.Leaf, FactLeaf.Of(fact.Id, fact.At, fact.Fact));
            Assert.Equal(receipt.Root, InclusionPath.Root(fact.Leaf, receipt.Position, receipt.TreeSize, receipt.Path));
        }
    }

    [Fact]
    public async Task Positions_have_no_gap_although_writers_commit_out_of_order()
    {
        await using var server = await TestServer.StartAsync();
        var journal = server.Get<IJournal>();
        // The first writer has its number early and commits last.
        await using var slow = await server.Database.App.OpenConnectionAsync();
        await using var late = await slow.BeginTransactionAsync();
        var lateFact = await journal.AppendAsync(late, Facts.Any("late.came"), default);
        var early = await server.AppendAsync("early.came", "{}");
        var before = await journal.SequencedAsync(early, default);
        await late.CommitAsync();
        var after = await journal.SequencedAsync(lateFact, default);

        Assert.True(after.Position > before.Position);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (_, _) => await server.AppendAsync("test.happened", "{}"));
        var last = await server.AppendAsync("test.happened", "{}");
        await journal.SequencedAsync(last, default);
        var facts = await journal.ReadAsync(null, -1, 10_000, [], default);
        Assert.Equal(Enumerable.Range(0, facts.Count).Select(i => (long)i), facts.Select(f => f.Position));
        Assert.True(facts.Count > 202);
    }

    [Fact]
    public async Task A_fact_of_a_rolled_back_transaction_never_happened()
    {
        await using var server = await TestServer.StartAsync();
        var journal = server.Get<IJournal>();
        await using var connection = await server.Database.App.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var fact = await journal.AppendAsync(transaction, Facts.Any("test.happened"), default);
        await transaction.RollbackAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => journal.SequencedAsync(fact, default));
    }

    [Fact]
    public async Task The_application_cannot_change_or_remove_what_happened()
    {
        await using var server = await TestServer.StartAsync();
        await server.Get<IJournal>().SequencedAsync(await server.AppendAsync("test.happened", "{}"), default);
        foreach (var table in new[] { "facts", "sequence", "nodes", "edges", "checkpoints", "keys" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => server.Database.App.Command($"DELETE FROM journal.{table}").RunAsync(default));
            Assert.Equal("42501", refused.SqlState);
            // Even the owner does not do it by mistake.
            await Assert.ThrowsAsync<PostgresException>(() => server.Database.Owner.Command($"DELETE FROM journal.{table}").RunAsync(default));
        }
        await Assert.ThrowsAsync<PostgresException>(() => server.Database.App.Command("UPDATE journal.facts SET payload = '{}'").RunAsync(default));
        await Assert.ThrowsAsync<PostgresException>(() => server.Database.App.Command("TRUNCATE journal.facts CASCADE").RunAsync(default));
    }

    [Fact]
    public async Task A_connection_that_comes_back_from_the_pool_is_still_the_application()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 5; i++)
            Assert.Equal("takt_app", await server.Database.App.Command("SELECT current_user::text").ScalarAsync<string>(default));
    }

    [Fact]
    public async Task Two_servers_on_one_database_sequence_once_and_wake_each_other()
    {
        await using var first = await TestServer.StartAsync();
        await using var second = await TestServer.StartAsync(new TestServerSetup { ConnectionString = first.ConnectionString });
        var tasks = new List<Task<FactReceipt>>();
        for (var i = 0; i < 20; i++)
        {
            var server = i % 2 == 0 ? first : second;
            tasks.Add(server.Get<IJournal>().SequencedAsync(await server.AppendAsync("test.happened", "{}"), default));
        }
        var receipts = await Task.WhenAll(tasks);
        Assert.Equal(20, receipts.Select(r => r.Position).Distinct().Count());
        var facts = await first.Get<IJournal>().ReadAsync(null, -1, 10_000, [], default);
        Assert.Equal(Enumerable.Range(0, facts.Count).Select(i => (long)i), facts.Select(f => f.Position));
    }

    [Fact]
    public async Task When_the_sequencers_connection_is_killed_it_goes_on_without_gap_or_repetition()
    {
        await using var server = await TestServer.StartAsync();
        var journal = server.Get<IJournal>();
        await using var owner = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        for (var round = 0; round < 5; round++)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.AppendAsync("test.happened", "{}")));
            await owner.Command("SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())").ScalarAsync<long>(default);
            foreach (var id in ids) await journal.SequencedAsync(id, default);
        }
        var facts = await journal.ReadAsync(null, -1, 10_000, [], default);
        Assert.Equal(Enumerable.Range(0, facts.Count).Select(i => (long)i), facts.Select(f => f.Position));
        Assert.Equal(100, facts.Count(f => f.Fact.Kind == "test.happened"));
    }
}

using Npgsql;
using Takt.TestKit;

namespace Takt.Records.Tests;

public sealed class MigrationTests
{
    private static Migration One(string sql, int number = 1) => new("things", number, $"{number:0000}_test.sql", sql);

    [Fact]
    public async Task Each_migration_runs_once_in_order()
    {
        await using var db = await TestDatabase.CreateAsync();
        Migration[] all = [One("CREATE SCHEMA things; CREATE TABLE things.log (n int); GRANT USAGE ON SCHEMA things TO takt_app; GRANT SELECT ON things.log TO takt_app"), One("INSERT INTO things.log VALUES (1)", 2)];
        for (var i = 0; i < 3; i++) await RunAsync(db, all);
        Assert.Equal(1L, await db.Database.App.Command("SELECT count(*) FROM things.log").ScalarAsync<long>(default));
    }

    [Fact]
    public async Task Servers_that_start_at_once_migrate_once()
    {
        await using var db = await TestDatabase.CreateAsync();
        Migration[] all = [One("CREATE SCHEMA things; CREATE TABLE things.log (n int); INSERT INTO things.log VALUES (1)")];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync(db, all)));
        Assert.Equal(1L, await db.Database.Owner.Command("SELECT count(*) FROM things.log").ScalarAsync<long>(default));
    }

    [Fact]
    public async Task A_migration_that_was_altered_after_it_ran_is_refused_by_name()
    {
        await using var db = await TestDatabase.CreateAsync();
        await RunAsync(db, [One("CREATE SCHEMA things")]);
        var refused = await Assert.ThrowsAsync<MigrationException>(() => RunAsync(db, [One("CREATE SCHEMA things ")]));
        Assert.Contains("things/0001_test.sql", refused.Message);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_and_is_named()
    {
        await using var db = await TestDatabase.CreateAsync();
        var failed = await Assert.ThrowsAsync<MigrationException>(() => RunAsync(db, [One("CREATE SCHEMA things; CREATE TABLE things.a (n int); SELECT nonsense")]));
        Assert.Contains("things/0001_test.sql", failed.Message);
        Assert.False(await db.Database.Owner.Command("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'things')").ScalarAsync<bool>(default));
        await RunAsync(db, [One("CREATE SCHEMA things")]);
    }

    [Fact]
    public async Task The_application_may_do_what_a_migration_grants_and_nothing_else()
    {
        await using var db = await TestDatabase.CreateAsync();
        await RunAsync(db, [One("CREATE SCHEMA things; CREATE TABLE things.log (n int); GRANT USAGE ON SCHEMA things TO takt_app; GRANT INSERT ON things.log TO takt_app")]);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("takt_app", await db.Database.App.Command("SELECT current_user::text").ScalarAsync<string>(default));
            await db.Database.App.Command("INSERT INTO things.log VALUES (1)").RunAsync(default);
            foreach (var sql in new[] { "SELECT * FROM things.log", "DELETE FROM things.log", "DROP TABLE things.log", "CREATE TABLE things.mine (n int)", "CREATE TABLE public.mine (n int)", "SELECT * FROM records.migrations" })
                Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => db.Database.App.Command(sql).RunAsync(default))).SqlState);
        }
    }

    private static Task RunAsync(TestDatabase db, Migration[] migrations) => Migrator.RunAsync(db.Database.Owner, migrations, TimeProvider.System, CancellationToken.None);
}

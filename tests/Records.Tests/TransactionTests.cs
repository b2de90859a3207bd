using Npgsql;
using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Records.Tests;

public sealed class TransactionTests
{
    [Fact]
    public async Task What_throws_leaves_nothing()
    {
        await using var db = await ThingsAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Database.InTransactionAsync(async (transaction, token) =>
        {
            await transaction.Command("INSERT INTO things.log VALUES ($1)", 1).RunAsync(token);
            throw new InvalidOperationException();
        }, default));
        Assert.Equal(0L, await db.Database.App.Command("SELECT count(*) FROM things.log").ScalarAsync<long>(default));
    }

    [Fact]
    public async Task A_serialisation_failure_is_tried_again_and_any_other_failure_is_not()
    {
        await using var db = await ThingsAsync();
        var tries = 0;
        Assert.Equal(3, await db.Database.InTransactionAsync(async (transaction, token) =>
        {
            await transaction.Command("INSERT INTO things.log VALUES ($1)", 1).RunAsync(token);
            if (++tries < 3) await transaction.Command("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$").RunAsync(token);
            return tries;
        }, default));
        Assert.Equal(1L, await db.Database.App.Command("SELECT count(*) FROM things.log").ScalarAsync<long>(default));

        tries = 0;
        await Assert.ThrowsAsync<PostgresException>(() => db.Database.InTransactionAsync(async (transaction, token) =>
        {
            tries++;
            await transaction.Command("SELECT 1/0").RunAsync(token);
        }, default));
        Assert.Equal(1, tries);
        tries = 0;
        await Assert.ThrowsAsync<PostgresException>(() => db.Database.InTransactionAsync(async (transaction, token) =>
        {
            tries++;
            await transaction.Command("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$").RunAsync(token);
        }, default));
        Assert.Equal(5, tries);
    }

    [Fact]
    public async Task Ids_digests_times_and_words_survive_the_round_trip()
    {
        await using var db = await TestDatabase.CreateAsync();
        var (project, digest, at) = (new ProjectId(Guid.CreateVersion7()), ChunkedDigest.Of([1, 2, 3]), TimeProvider.System.GetUtcMicroseconds());
        var row = await db.Database.App.Command("SELECT $1, $2, $3, $4, $5::text, $6, $7", project, digest, at, Role.Approver, null, 42L, new[] { "a", "b" })
            .FirstAsync(r => Tuple.Create(r.GetId<ProjectId>(0), r.GetDigest(1), r.GetTime(2), r.GetString(3), r.GetTextOrNull(4), r.GetInt64(5), r.GetFieldValue<string[]>(6)), default);
        Assert.NotNull(row);
        Assert.Equal((project, digest, at, "Approver", null, 42L), (row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, row.Item6));
        Assert.Equal(["a", "b"], row.Item7);
        Assert.Null(await db.Database.App.Command("SELECT 1 WHERE false").ScalarAsync<int?>(default));
    }

    private static async Task<TestDatabase> ThingsAsync()
    {
        var db = await TestDatabase.CreateAsync();
        await Migrator.RunAsync(db.Database.Owner, [new Migration("things", 1, "0001_test.sql", "CREATE SCHEMA things; CREATE TABLE things.log (n int); GRANT USAGE ON SCHEMA things TO takt_app; GRANT SELECT, INSERT ON things.log TO takt_app")], TimeProvider.System, default);
        return db;
    }
}

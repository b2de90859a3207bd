using Takt.Kernel;
using Takt.Records;

namespace Takt.TestKit;

/// <summary>
/// A real PostgreSQL database of the test's own, with the given modules' migrations:
/// <c>await using var db = await TestDatabase.CreateAsync(new JournalModule());</c>
/// Costs about a second for the first of a process, and some 30 ms for each further one.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(ITaktDatabase database, string connectionString)
    {
        Database = database;
        ConnectionString = connectionString;
    }

    public ITaktDatabase Database { get; }

    /// <summary>For Npgsql, as the owner of everything.</summary>
    public string ConnectionString { get; }

    /// <param name="modules">In the order data flows. Where there is no PostgreSQL the test is skipped, or fails in CI.</param>
    public static async Task<TestDatabase> CreateAsync(params IModule[] modules)
    {
        var cluster = await TestCluster.GetAsync();
        var connectionString = await cluster.CreateDatabaseAsync(modules);
        return new(await Connections.OpenAsync(connectionString, [], TimeProvider.System, CancellationToken.None), connectionString);
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

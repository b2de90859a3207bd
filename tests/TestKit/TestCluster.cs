using Npgsql;
using Takt.Kernel;
using Takt.Records;
using Takt.Supervisor;

namespace Takt.TestKit;

/// <summary>One real PostgreSQL for all tests of a process, made on first use; it is gone, with its folder, however the process ends.</summary>
internal sealed class TestCluster
{
    private static readonly Lazy<Task<TestCluster>> ofThisProcess = new(StartAsync);

    private readonly EmbeddedPostgres postgres;
    private readonly NpgsqlDataSource administration;
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly Dictionary<string, string> templates = [];
    private int databases;

    private TestCluster(EmbeddedPostgres postgres)
    {
        this.postgres = postgres;
        administration = NpgsqlDataSource.Create(postgres.ConnectionStringFor("postgres") + ";Pooling=false");
    }

    internal static async Task<TestCluster> GetAsync()
    {
        try
        {
            return await ofThisProcess.Value;
        }
        catch (RefusedException e) when (e.Problem.Type == "postgres-missing")
        {
            throw Missing.Infrastructure(e.Message);
        }
    }

    /// <summary>A new database with these modules' migrations: copied from a template that they ran in once.</summary>
    internal async Task<string> CreateDatabaseAsync(IModule[] modules)
    {
        await oneAtATime.WaitAsync();
        try
        {
            var key = string.Join(',', modules.Select(module => module.GetType().FullName));
            if (!templates.TryGetValue(key, out var template))
            {
                template = $"template_{templates.Count}";
                await RunAsync($"CREATE DATABASE {template} STRATEGY file_copy");
                await using (await Connections.OpenAsync(postgres.ConnectionStringFor(template) + ";Pooling=false", modules, TimeProvider.System, CancellationToken.None))
                {
                }

                templates.Add(key, template);
            }

            var name = $"test_{++databases}";
            await RunAsync($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
            return postgres.ConnectionStringFor(name);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private static async Task<TestCluster> StartAsync()
    {
        // As root PostgreSQL runs as somebody else, who may not reach a temporary folder of root's own.
        var place = Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(place.StartsWith("/root", StringComparison.Ordinal) ? "/tmp" : place, $"takt-test-pg-{Guid.CreateVersion7():N}")).FullName;
        return new TestCluster(await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = folder, Throwaway = true }, TimeProvider.System, CancellationToken.None));
    }

    private async Task RunAsync(string sql)
    {
        await using var command = administration.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

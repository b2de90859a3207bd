using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Takt.Journal;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.TestHost;

namespace Takt.Datasets.Tests;

/// <summary>The module over HTTP, after Journal, Artifacts and Access, for the first admin in the project <c>default</c>.</summary>
internal sealed class DatasetsHost : IAsyncDisposable
{
    public static readonly Caller Caller = TestServer.Caller;

    private readonly TestServer server;

    private DatasetsHost(TestServer server)
    {
        this.server = server;
        Http = new HttpClient { BaseAddress = new Uri(server.Address, "api/v1/projects/default/datasets/") };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", server.AdminToken);
    }

    public IDatasets Datasets => server.Get<IDatasets>();

    public IDefinitionPart Definition => server.Get<IDefinitionPart>();

    public HttpClient Http { get; }

    /// <summary>Takt's home.</summary>
    public string Folder => server.Home.Path;

    public static async Task<DatasetsHost> StartAsync(IDeliveryInspector? inspector = null)
    {
        var setup = new TestServerSetup
        {
            Services = services =>
            {
                if (inspector is not null) services.AddSingleton(inspector);
            },
        };
        return new DatasetsHost(await TestServer.StartAsync(setup, new DatasetsModule()));
    }

    public static DatasetSpec Spec(string name, string? time = null, IReadOnlyList<ColumnSpec>? columns = null, IReadOnlyList<CheckSpec>? checks = null) =>
        new(name, "ops", "tests", "public", time, columns ?? [], checks ?? []);

    public async Task DefineAsync(DatasetSpec spec) => Assert.True((await Datasets.DefineAsync(Caller, spec, default)).IsDone);

    public Task<Outcome<Delivery>> DeliverAsync(string dataset, byte[] content, DeliveryMode mode = DeliveryMode.Append) =>
        Datasets.DeliverAsync(Caller, dataset, new MemoryStream(content), mode, "", default);

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The module's facts, once there are so many.</summary>
    public async Task<IReadOnlyList<Fact>> FactsAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var journal = server.Get<IJournal>();
        while (true)
        {
            var last = await journal.LastPositionAsync(patience.Token);
            var facts = await journal.ReadAsync(ProjectId.Default, -1, 100, ["dataset.*"], patience.Token);
            if (facts.Count >= count) return [.. facts.Select(f => f.Fact)];
            await journal.WaitForMoreAsync(last, patience.Token);
        }
    }

    public static byte[] Csv(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));

    /// <summary>A Parquet file made by the engine.</summary>
    public byte[] Parquet(string select)
    {
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Folder] });
        using var connection = duck.Connect();
        var path = server.Home[$"{Guid.NewGuid():N}.parquet"];
        connection.Execute($"COPY ({select}) TO {DuckSql.Text(path)} (FORMAT parquet)");
        return File.ReadAllBytes(path);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.DisposeAsync();
    }
}

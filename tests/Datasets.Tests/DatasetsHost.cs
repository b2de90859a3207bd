using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.Records;
using Takt.TestKit;

namespace Takt.Datasets.Tests;

/// <summary>The module over HTTP on a real PostgreSQL and a real DuckDB, for an editor of the project <c>default</c>.</summary>
internal sealed class DatasetsHost : IAsyncDisposable
{
    public static readonly Caller Caller = Caller.System(ProjectId.Default);

    private readonly TestFolder folder = new();
    private readonly TestDatabase database;
    private readonly WebApplication app;

    private DatasetsHost(TestDatabase database, IDeliveryInspector? inspector)
    {
        this.database = database;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(database.Database).AddSingleton(TimeProvider.System).AddSingleton(new TaktHome(folder["home"]))
            .AddSingleton<IArtifactStore>(new FolderArtifacts(folder["blobs"])).AddSingleton<IJournal>(Journal);
        if (inspector is not null) builder.Services.AddSingleton(inspector);
        builder.Services.ConfigureHttpJsonOptions(json => TaktJson.Configure(json.SerializerOptions));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var module = new DatasetsModule();
        module.AddServices(builder.Services, builder.Configuration);
        app = builder.Build();
        app.Use((context, next) =>
        {
            context.Features.Set(Caller);
            return next(context);
        });
        module.MapEndpoints(app);
    }

    public RecordingJournal Journal { get; } = new();

    public IDatasets Datasets => app.Services.GetRequiredService<IDatasets>();

    public IDefinitionPart Definition => app.Services.GetRequiredService<IDefinitionPart>();

    public HttpClient Http { get; private set; } = null!;

    public string Folder => folder.Path;

    public static async Task<DatasetsHost> StartAsync(IDeliveryInspector? inspector = null)
    {
        var host = new DatasetsHost(await TestDatabase.CreateAsync(new DatasetsModule()), inspector);
        await host.app.StartAsync();
        host.Http = new HttpClient { BaseAddress = new Uri($"{host.app.Urls.First()}/api/v1/projects/default/datasets/") };
        return host;
    }

    public static DatasetSpec Spec(string name, string? time = null, IReadOnlyList<ColumnSpec>? columns = null, IReadOnlyList<CheckSpec>? checks = null) =>
        new(name, "ops", "tests", "public", time, columns ?? [], checks ?? []);

    public async Task DefineAsync(DatasetSpec spec) => Assert.True((await Datasets.DefineAsync(Caller, spec, default)).IsDone);

    public Task<Outcome<Delivery>> DeliverAsync(string dataset, byte[] content, DeliveryMode mode = DeliveryMode.Append) =>
        Datasets.DeliverAsync(Caller, dataset, new MemoryStream(content), mode, "", default);

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    public static byte[] Csv(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));

    /// <summary>A Parquet file made by the engine.</summary>
    public byte[] Parquet(string select)
    {
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder.Path] });
        using var connection = duck.Connect();
        var path = folder[$"{Guid.NewGuid():N}.parquet"];
        connection.Execute($"COPY ({select}) TO {DuckSql.Text(path)} (FORMAT parquet)");
        return File.ReadAllBytes(path);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        folder.Dispose();
    }
}

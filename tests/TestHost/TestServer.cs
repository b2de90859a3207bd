using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Takt.Access;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.TestKit;

namespace Takt.TestHost;

/// <summary>
/// The modules under test in a real server on the loopback, with a database, a home, and Journal, Artifacts and Access before them:
/// <c>await using var server = await TestServer.StartAsync(new DatasetsModule());</c>
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly ITaktDatabase? ownDatabase;

    private TestServer(WebApplication app, TestFolder home, ITaktDatabase? ownDatabase, string connectionString)
    {
        App = app;
        Home = home;
        this.ownDatabase = ownDatabase;
        ConnectionString = connectionString;
        Client = new HttpClient { BaseAddress = Address };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", AdminToken);
    }

    public WebApplication App { get; }

    public IServiceProvider Services => App.Services;

    public TestFolder Home { get; }

    public Uri Address => new(App.Urls.First());

    /// <summary>Calls as the first admin.</summary>
    public HttpClient Client { get; }

    public string AdminToken => File.ReadAllText(Path.Combine(Home.Path, "tokens", "admin.token")).Trim();

    public ITaktDatabase Database => Get<ITaktDatabase>();

    /// <summary>For Npgsql, as the owner of everything.</summary>
    public string ConnectionString { get; }

    /// <summary>An admin of the default project, for calls past HTTP.</summary>
    public static Caller Caller => Caller.System(ProjectId.Default);

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public static Task<TestServer> StartAsync(params IModule[] modules) => StartAsync(new TestServerSetup(), modules);

    public static async Task<TestServer> StartAsync(TestServerSetup setup, params IModule[] modules)
    {
        IModule[] all = [new JournalModule(), new ArtifactsModule(), new AccessModule(), .. modules];
        ITaktDatabase? own = null;
        var connectionString = setup.ConnectionString;
        if (connectionString is null)
        {
            var fresh = await TestDatabase.CreateAsync(all);
            (own, connectionString) = (fresh.Database, fresh.ConnectionString);
        }
        var database = own ?? await Connections.OpenAsync(connectionString, [], TimeProvider.System, CancellationToken.None);
        var home = setup.Home ?? new TestFolder();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(setup.Settings);
        builder.Logging.ClearProviders();
        if (setup.Log is { } log) builder.Logging.AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(new TaktHome(home.Path));
        builder.Services.AddSingleton(setup.Time);
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(json => TaktJson.Configure(json.SerializerOptions));
        foreach (var module in all) module.AddServices(builder.Services, builder.Configuration);
        setup.Services?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerAsync, SuppressDiagnosticsCallback = _ => true });
        app.UseRouting();
        app.UseTaktAccess();
        foreach (var module in all) module.MapEndpoints(app);
        setup.Endpoints?.Invoke(app);
        await app.StartAsync();
        return new TestServer(app, home, own ?? database, connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        if (ownDatabase is not null) await ownDatabase.DisposeAsync();
        Home.Dispose();
    }

    private static Task AnswerAsync(HttpContext context) => (context.Features.Get<IExceptionHandlerFeature>()?.Error switch
    {
        RefusedException refused => refused.Problem,
        BadHttpRequestException bad => new Problem("bad-request", bad.StatusCode, bad.Message),
        var error => new Problem("internal-error", 500, error?.ToString() ?? ""),
    }).ToHttp().ExecuteAsync(context);
}

/// <summary>What a test wants otherwise.</summary>
public sealed record TestServerSetup
{
    public Dictionary<string, string?> Settings { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>An existing database, e.g. another server's.</summary>
    public string? ConnectionString { get; init; }

    public TestFolder? Home { get; init; }

    public ILoggerProvider? Log { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    public Action<WebApplication>? Endpoints { get; init; }
}

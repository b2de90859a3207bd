using Microsoft.AspNetCore.Builder;
using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Server.Tests;

/// <summary>The control plane as it ships - every module - on a free port of the loopback, with a database and a home of its own. One for all tests of this project.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly TestFolder home = new();
    private TestDatabase? database;
    private WebApplication? app;

    public WebApplication App => app!;

    public Uri Address => new(App.Urls.First());

    public string AdminToken => File.ReadAllText(Path.Combine(home.Path, "tokens", "admin.token")).Trim();

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync([.. ModuleList.All]);
        var taktHome = new TaktHome(home.Path);
        foreach (var folder in new[] { taktHome.Artifacts, taktHome.Keys, taktHome.Tokens, taktHome.Logs, taktHome.DataPlane, taktHome.Work }) Directory.CreateDirectory(folder);
        app = await ServerHost.BuildAsync(new ServerOptions { Home = taktHome, DatabaseConnection = database.ConnectionString, Url = "http://127.0.0.1:0" }, CancellationToken.None);
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
        if (database is not null) await database.DisposeAsync();
        home.Dispose();
    }
}

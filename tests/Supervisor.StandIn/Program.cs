using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Takt.Kernel;
using Takt.Native.Posix;
using Takt.Supervisor;

// The smallest thing that behaves as 'takt up', 'takt server' and 'takt serve' do towards the supervisor.
var verb = args[0];
if (Environment.GetEnvironmentVariable("TAKT_STAND_IN_BROKEN") == verb)
{
    Console.Error.WriteLine("broken on purpose");
    return 3;
}

if (verb == "up")
{
    using var stop = new CancellationTokenSource();
    using var signal = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });
    await TaktSupervisor.RunAsync(new UpOptions { Home = new TaktHome(args[1]), Port = int.Parse(args[2], CultureInfo.InvariantCulture), DataPort = int.Parse(args[3], CultureInfo.InvariantCulture), ProgramAssembly = typeof(Program).Assembly.Location },
        news => Console.Error.WriteLine($"{news.Who}: {news.What}"), _ => Console.WriteLine("up"), TimeProvider.System, stop.Token);
    return 0;
}

var descriptor = ChildSettings.TakeListenDescriptor() ?? throw new InvalidOperationException("no socket was inherited");
ChildSettings.DropPrivileges();
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)descriptor));
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
var app = builder.Build();
app.MapGet("/health", () => "OK");
app.MapGet("/v2/health/live", () => "OK");
app.MapGet("/process", () => Environment.ProcessId);
app.MapGet("/user", () => PosixUser.Current.UserId);
app.MapGet("/read", (string path) =>
{
    try
    {
        return File.ReadAllText(path);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        return e.GetType().Name;
    }
});
app.MapGet("/write", (string name) =>
{
    File.WriteAllText(Path.Combine(Environment.GetEnvironmentVariable(ChildSettings.DataPlaneHome)!, name), "written");
    return "OK";
});
app.MapGet("/database", async (string? connection) =>
{
    try
    {
        await using var database = new NpgsqlConnection(connection ?? Environment.GetEnvironmentVariable(ChildSettings.Database));
        await database.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT current_user::text", database);
        return (string?)await command.ExecuteScalarAsync();
    }
    catch (NpgsqlException e)
    {
        return $"refused: {e.Message}";
    }
});
await app.RunAsync();
return 0;

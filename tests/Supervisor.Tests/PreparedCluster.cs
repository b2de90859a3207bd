using System.Diagnostics;
using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Supervisor.Tests;

/// <summary>A cluster made once and copied into each test's home: initdb costs more than all the rest of a start.</summary>
internal static class PreparedCluster
{
    private static readonly Lazy<Task<string?>> prepared = new(MakeAsync);

    internal static async Task CopyToAsync(TaktHome home)
    {
        if (Directory.Exists(home.Postgres())) return;
        if (await prepared.Value is not { } made) return;
        Directory.CreateDirectory(home.Folder);
        using var copy = Process.Start("cp", ["-a", made, home.Postgres()]);
        await copy.WaitForExitAsync();
    }

    private static async Task<string?> MakeAsync()
    {
        // Removed by nobody but the machine's own cleaning of temporary folders, unless the process ends in order.
        var folder = new TestFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = folder["postgres"] }, TimeProvider.System, CancellationToken.None);
            await postgres.StopAsync(CancellationToken.None);
            return folder["postgres"];
        }
        catch (RefusedException)
        {
            return null; // the test says why
        }
    }
}

using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>Keeps the embedded PostgreSQL running. The server's connections break when it dies, and come back by themselves.</summary>
internal sealed class PostgresLoop(TaktHome home, RunningFile file, Action<SupervisorNews> tell, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private EmbeddedPostgres? current;
    private Task? running;

    /// <summary>Starts or adopts it; from then on it is kept.</summary>
    /// <returns>The connection for the server.</returns>
    internal async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        var fresh = !File.Exists(Path.Combine(home.Postgres(), "data", "PG_VERSION"));
        if (fresh) tell(new("postgres", "making a cluster for this home"));
        current = await StartAsync(cancellationToken);
        if (current.Adopted) tell(new("postgres", $"was running already (process {current.ProcessId}), taken over"));
        running = KeepAsync();
        return current.ConnectionString;
    }

    internal async Task StopAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        if (current is not null) await current.StopAsync(CancellationToken.None);
        file.Set("postgres", null);
    }

    public async ValueTask DisposeAsync()
    {
        if (current is not null) await current.DisposeAsync();
        stopping.Dispose();
    }

    private async Task<EmbeddedPostgres> StartAsync(CancellationToken cancellationToken)
    {
        var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = ReachableFolder.Resolve(home.Postgres()) }, time, cancellationToken);
        file.Set("postgres", ProcessIdentity.Of(postgres.ProcessId));
        return postgres;
    }

    private async Task KeepAsync()
    {
        var pace = new RestartPace(time);
        pace.Started();
        try
        {
            while (true)
            {
                if (current is not null) await current.Ended.WaitAsync(stopping.Token);
                var wait = pace.Died();
                tell(new("postgres", "ended unasked; starting it again", IsTrouble: true));
                await Task.Delay(wait, time, stopping.Token);
                if (current is not null) await current.DisposeAsync();
                current = null;
                pace.Started();
                try
                {
                    current = await StartAsync(stopping.Token);
                    tell(new("postgres", $"answers again (process {current.ProcessId})"));
                }
                catch (RefusedException refused)
                {
                    tell(new("postgres", refused.Message, IsTrouble: true));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // we stop
        }
    }
}

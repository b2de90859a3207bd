using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Supervisor.Tests;

/// <summary>A supervisor with stand-ins for children, in this process, in a home of its own.</summary>
internal sealed class Running : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    internal static readonly string StandIn = Path.Combine(AppContext.BaseDirectory, "Takt.Supervisor.StandIn.dll");

    private readonly CancellationTokenSource stop = new();
    private readonly Task supervisor;
    private readonly List<SupervisorNews> news;
    private readonly HttpClient http = new() { Timeout = Patience };

    private Running(TaktHome home, Task supervisor, CancellationTokenSource stop, RunningTakt takt, List<SupervisorNews> news)
    {
        Home = home;
        this.supervisor = supervisor;
        this.stop = stop;
        Takt = takt;
        this.news = news;
    }

    internal TaktHome Home { get; }

    internal RunningTakt Takt { get; }

    internal IReadOnlyList<SupervisorNews> News
    {
        get
        {
            lock (news) return [.. news];
        }
    }

    internal RunningTakt Now => RunningTakt.Read(Home)!;

    internal static async Task<Running> UpAsync(TaktHome home, int? port = 0, int? dataPort = 0, bool prepared = true)
    {
        if (prepared) await PreparedCluster.CopyToAsync(home);
        var stop = new CancellationTokenSource();
        var up = new TaskCompletionSource<RunningTakt>(TaskCreationOptions.RunContinuationsAsynchronously);
        var news = new List<SupervisorNews>();
        var supervisor = TaktSupervisor.RunAsync(new UpOptions { Home = home, Port = port, DataPort = dataPort, ProgramAssembly = StandIn }, Tell, up.SetResult, TimeProvider.System, stop.Token);
        if (await Task.WhenAny(supervisor, up.Task) == supervisor)
        {
            try
            {
                await supervisor;
            }
            catch (RefusedException e) when (e.Problem.Type == "postgres-missing")
            {
                throw Missing.Infrastructure(e.Message);
            }
        }

        return new(home, supervisor, stop, await up.Task, news);

        void Tell(SupervisorNews one)
        {
            lock (news) news.Add(one);
        }
    }

    internal Task<string> AskServerAsync(string path) => http.GetStringAsync(new Uri(Takt.Url, path), TestContext.Current.CancellationToken);

    internal Task<string> AskDataPlaneAsync(string path) => http.GetStringAsync(new Uri(Takt.DataPlaneUrl, path), TestContext.Current.CancellationToken);

    /// <summary>As Ctrl-C does.</summary>
    internal async Task StopAsync()
    {
        await stop.CancelAsync();
        await supervisor;
    }

    /// <summary>Asks until the answer fits; a broken connection is no answer.</summary>
    internal static async Task<string> UntilAsync(Func<Task<string>> ask, Predicate<string> fits)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var answer = "";
            try
            {
                answer = await ask();
                if (fits(answer)) return answer;
            }
            catch (HttpRequestException e)
            {
                answer = e.Message;
            }

            if (TimeProvider.System.GetUtcNow() >= deadline) throw new TimeoutException($"The last answer was: {answer}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        http.Dispose();
        stop.Dispose();
    }
}

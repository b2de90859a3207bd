namespace Takt.Supervisor;

/// <summary>Keeps one child running.</summary>
internal sealed class ChildLoop(ChildSpec spec, RunningFile file, Action<SupervisorNews> tell, TimeProvider time) : IDisposable
{
    /// <summary>A child that never served and died this often will not serve at the next try either.</summary>
    private const int Hopeless = 4;

    private readonly TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private Child? current;
    private Task? running;

    /// <summary>Completes when it answered for the first time; fails where it never will.</summary>
    internal Task Healthy => healthy.Task;

    /// <param name="adopted">One that runs already, of a supervisor before us.</param>
    internal void Begin(Child? adopted) => running = RunAsync(adopted);

    /// <summary>Ends the child and stays ended.</summary>
    internal async Task StopAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        if (current is not null) await current.StopAsync(time);
        file.Set(spec.Name, null);
    }

    public void Dispose()
    {
        current?.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync(Child? adopted)
    {
        var pace = new RestartPace(time);
        while (!stopping.IsCancellationRequested)
        {
            if (adopted is not null) tell(new(spec.Name, $"was running already (process {adopted.Identity.Id}), taken over"));
            current = adopted ?? Child.Start(spec);
            adopted = null;
            pace.Started();
            file.Set(spec.Name, current.Identity);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            var answers = AnswersAsync(current, pace.DiedYoung > 0, ended.Token);
            try
            {
                await current.Ended.WaitAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                await ended.CancelAsync();
                await answers;
            }

            spec.Socket.Listen(); // an adopted one held its port alone
            var wait = pace.Died();
            if (!healthy.Task.IsCompletedSuccessfully && pace.DiedYoung >= Hopeless)
            {
                healthy.TrySetException(new Kernel.RefusedException(new Kernel.Problem("child-ends-at-once", 503,
                    $"takt {spec.Name} ends right after its start: {spec.Log.LastLine()}".TrimEnd(), $"Its log is {spec.Log.Path}.")));
                return;
            }

            tell(new(spec.Name, wait == TimeSpan.Zero ? "ended unasked; starting it again" : $"ended unasked {pace.DiedYoung} times in a row; starting it again in {wait.TotalSeconds:0.##} s", IsTrouble: true));
            current.Dispose();
            current = null;
            try
            {
                await Task.Delay(wait, time, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // One request is enough: it waits in the socket's queue until the child accepts.
    private async Task AnswersAsync(Child child, bool again, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = spec.Socket.Url };
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(spec.HealthPath, UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    spec.Serving();
                    healthy.TrySetResult();
                    if (again) tell(new(spec.Name, $"answers again (process {child.Identity.Id})"));
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
            catch (HttpRequestException)
            {
                // It died with our request in its hands: the next one tells.
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}

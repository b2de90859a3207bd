using Takt.TestKit;

namespace Takt.Serving.Tests.Inference;

/// <summary>Counts the models that the process has freed, so nobody else may free one meanwhile.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

[Collection(nameof(AloneInTheProcess))]
public sealed class SwapTests : IAsyncLifetime
{
    private readonly ControlPlaneStandIn control = new();
    private readonly TestFolder folder = new();

    public async ValueTask InitializeAsync() => await control.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Swaps_under_load_fail_no_request_mix_nothing_and_free_the_old_sessions()
    {
        await using var plane = await RunningDataPlane.StartAsync(control.Url, folder);
        byte[][] models = [TinyModels.Scorer(1), TinyModels.Scorer(2)];
        control.Plan(control.Revision(1, models[1]));
        await control.InForceAsync();
        var freed = LoadedModel.Freed;
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await plane.InferAsync(RunningDataPlane.Body(0.5, 0.5));
                var number = int.Parse(((string)answer["model_version"]!)[6..]);
                var weight = number % 2 == 0 ? 1 : 2;
                Assert.Equal(1 / (1 + Math.Exp(-weight)), (double)answer["outputs"]![0]!["data"]![0]!, 5);
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        for (var number = 2; number <= 41; number++)
        {
            control.Plan(control.Revision(number, models[number % 2]));
            await control.InForceAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(answered > 100, $"only {answered} requests were answered");
        Assert.Equal(answered, (await control.RowsAsync()).Count);
        Assert.Equal(40, LoadedModel.Freed - freed);
    }
}

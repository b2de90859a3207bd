using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.Serving.Tests.Inference;

namespace Takt.Serving.Tests.Deployments;

public sealed class TruthTests
{
    private static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset To = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Rows_and_truths_come_out_as_parquet_whole_as_of_now_and_survive_a_restart()
    {
        await using var scene = await ServingScene.StartAsync();
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        var ids = new List<string>();
        for (var day = 1; day <= 20; day++)
            ids.Add((string)(await scene.Plane.InferAsync(RunningDataPlane.Body(day, 0.5, $"\"id\":\"mine-{day}\",\"parameters\":{{\"event_time\":\"2001-02-{day:00}T10:00:00Z\"}},")))["id"]!);
        var log = scene.Server.Get<IInferenceLog>();
        var rows = Query(scene, await log.SegmentsAsync(ProjectId.Default, "d", From, To, default), "count(*), min(event_time)::VARCHAR, max(in_x_0), count(DISTINCT request_id), bool_or(shadow), max(caller_id), count(score)");
        Assert.Equal([20L, "2001-02-01 10:00:00", 20f, 20L, false, "mine-9", 20L], rows);

        var receipt = await scene.TruthAsync($$"""[{"request_id":"{{ids[0]}}","label":1},{"request_id":"{{ids[1]}}","label":false},{"request_id":"{{Guid.CreateVersion7():N}}","label":0}]""");
        Assert.Equal("""{"received":3,"matched":2,"unknown":1,"repeated":0,"changed":0}""", receipt.ToJsonString());
        receipt = await scene.TruthAsync($$"""{"request_id":"{{ids[0]}}","label":0}{{"\n"}}{"request_id":"{{ids[1]}}","label":0}""", "application/x-ndjson");
        Assert.Equal("""{"received":2,"matched":2,"unknown":0,"repeated":2,"changed":1}""", receipt.ToJsonString());
        Assert.Equal([2L, 0.0, "2001-02-02 10:00:00"], Query(scene, await log.TruthsAsync(ProjectId.Default, "d", default), "count(*), sum(label), max(event_time)::VARCHAR"));
        var progress = await log.ProgressAsync(ProjectId.Default, "d", default);
        Assert.Equal((20L, 2L), (progress.Requests, progress.Truths));
        Assert.Equal(new DateTimeOffset(2001, 2, 20, 10, 0, 0, TimeSpan.Zero), progress.LatestEvent);
        Assert.Equal(new DateTimeOffset(2001, 2, 2, 10, 0, 0, TimeSpan.Zero), progress.LatestTruthEvent);

        await scene.RestartServerAsync();
        log = scene.Server.Get<IInferenceLog>();
        Assert.Equal(progress, await log.ProgressAsync(ProjectId.Default, "d", default));
        Assert.Equal([2L, 0.0], Query(scene, await log.TruthsAsync(ProjectId.Default, "d", default), "count(*), sum(label)"));
        Assert.Equal([20L], Query(scene, await log.SegmentsAsync(ProjectId.Default, "d", From, To, default), "count(*)"));
        Assert.Empty(await log.SegmentsAsync(ProjectId.Default, "d", From, new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), default));
    }

    [Fact]
    public async Task A_truth_that_comes_before_its_request_waits_for_it_also_over_a_restart()
    {
        await using var scene = await ServingScene.StartAsync();
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        var book = scene.Server.Get<TruthBook>();
        var key = new DeploymentKey(ProjectId.Default, "d");
        var (soon, later) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await scene.TruthAsync($$"""[{"request_id":"{{soon:N}}","label":1},{"request_id":"{{later:N}}-2","label":1}]""");
        Assert.Equal(2, book.State(key).Waiting);
        book.AddRows("segment", key, [new LoggedRow(soon, 0, 1, false, 200, 1, 1, 1, 0.5f)]);
        Assert.Equal((1, 1), (book.State(key).Waiting, book.State(key).Truths));
        await scene.RestartServerAsync();
        book = scene.Server.Get<TruthBook>();
        book.AddRows("segment", key, [new LoggedRow(later, 2, 1, false, 200, 1, 1, 1, 0.5f)]);
        Assert.Equal((1, 1), (book.State(key).Waiting, book.State(key).Truths));
    }

    [Fact]
    public async Task A_hundred_thousand_truths_go_in_by_one_call_and_one_more_does_not()
    {
        await using var scene = await ServingScene.StartAsync();
        var lines = string.Join('\n', Enumerable.Range(0, 100_000).Select(i => $$"""{"request_id":"{{Guid.CreateVersion7():N}}","label":1}"""));
        Assert.Equal(100_000, (int)(await scene.TruthAsync(lines))["unknown"]!);
        using var tooMany = await scene.Server.Client.PostAsync("/api/v1/projects/default/deployments/d/truth", new StringContent(lines + "\n" + lines[..60], Encoding.UTF8, "application/x-ndjson"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooMany.StatusCode);
        Assert.Equal(100_000, scene.Server.Get<TruthBook>().State(new DeploymentKey(ProjectId.Default, "d")).Waiting);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("""[{"request_id":"x","label":1}]""")]
    [InlineData("""[{"request_id":"0190163d8694739b8ba2a2a4b9c7a5b1","label":"1"}]""")]
    [InlineData("""[{"request_id":"0190163d8694739b8ba2a2a4b9c7a5b1"}]""")]
    [InlineData("""[{"request_id":"0190163d8694739b8ba2a2a4b9c7a5b1-x","label":1}]""")]
    public async Task A_malformed_truth_takes_nothing_of_its_call(string body)
    {
        await using var scene = await ServingScene.StartAsync();
        using var response = await scene.Server.Client.PostAsync("/api/v1/projects/default/deployments/d/truth", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("takt:truth-malformed", (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["type"]);
    }

    private static object?[] Query(ServingScene scene, IReadOnlyList<string> files, string what)
    {
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [scene.Server.Get<IArtifactStore>().LocalFolder] });
        using var connection = duck.Connect();
        return connection.Rows($"SELECT {what} FROM {DuckSql.Parquet([.. files])}").Single();
    }
}

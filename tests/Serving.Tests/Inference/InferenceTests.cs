using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Takt.Kernel;

namespace Takt.Serving.Tests.Inference;

public sealed class InferenceTests : IAsyncLifetime
{
    private readonly ControlPlaneStandIn control = new();
    private RunningDataPlane plane = null!;

    public async ValueTask InitializeAsync()
    {
        await control.StartAsync();
        plane = await RunningDataPlane.StartAsync(control.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await plane.DisposeAsync();
        await control.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_names_its_id_its_version_and_the_digest_it_came_from()
    {
        var revision = control.Revision(3, TinyModels.Scorer());
        control.Plan(revision);
        await control.InForceAsync();
        using var response = await plane.PostAsync(RunningDataPlane.Body(1, -1, "\"id\":\"mine\",\"parameters\":{\"event_time\":\"2001-02-03T10:00:00Z\"},"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(revision.Digest.ToString(), response.Headers.GetValues("Takt-Model-Digest").Single());
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("d", (string?)answer["model_name"]);
        Assert.Equal("model/3", (string?)answer["model_version"]);
        Assert.Equal(3, (int)answer["parameters"]!["revision"]!);
        Assert.Equal(0.5f, (float)answer["outputs"]![0]!["data"]![0]!);
        var id = Guid.ParseExact((string)answer["id"]!, "N");
        Assert.Equal(7, id.Version);
        var (schema, row) = Assert.Single(await control.RowsAsync());
        Assert.Equal(id, row.Id);
        Assert.Equal(("d", 3, "model/3", revision.Digest), (schema.Deployment, schema.Revision, schema.ModelVersion, schema.Digest));
        Assert.Equal(new DateTimeOffset(2001, 2, 3, 10, 0, 0, TimeSpan.Zero), SegmentFormat.Time(row.EventTime));
        Assert.Equal(0.5f, row.Score);
        Assert.False(row.Shadow);
    }

    [Fact]
    public async Task Texts_go_in_and_out_and_a_batch_is_a_row_each_in_the_log()
    {
        control.Plan(control.Revision(1, TinyModels.Echo()));
        await control.InForceAsync();
        var answer = await plane.InferAsync("""
            {"inputs":[{"data":[["AA"],["Zürich \u00e9"],["AA"]],"shape":[3,1],"name":"carrier","datatype":"BYTES"},{"name":"count","datatype":"INT64","shape":[3],"data":[1,2.0,3]}]}
            """);
        Assert.Equal("""{"name":"count_out","datatype":"INT64","shape":[3,1],"data":[1,2,3]}""", answer["outputs"]![0]!.ToJsonString());
        Assert.Equal("Zürich é", (string?)answer["outputs"]![1]!["data"]![1]);
        var rows = await control.RowsAsync();
        Assert.Equal([(0, 1f), (1, 2f), (2, 3f)], rows.Select(r => (r.Row.Row, r.Row.Score)));
        var only = await plane.InferAsync("""{"outputs":[{"name":"carrier_out"}],"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["x"]},{"name":"count","datatype":"INT32","shape":[1,1],"data":[4]}]}""");
        Assert.Equal("carrier_out", (string?)Assert.Single(only["outputs"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task Health_metadata_and_MLflows_invocations_answer()
    {
        Assert.Equal(HttpStatusCode.OK, (await plane.Client.GetAsync("/v2/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await plane.Client.GetAsync("/v2/health/ready")).StatusCode);
        control.Plan(control.Revision(1, TinyModels.Scorer()));
        await control.InForceAsync();
        Assert.Equal(HttpStatusCode.OK, (await plane.Client.GetAsync("/v2/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await plane.Client.GetAsync("/v2/models/d/ready")).StatusCode);
        var model = JsonNode.Parse(await plane.Client.GetStringAsync("/v2/models/d"))!;
        Assert.Equal("[-1,2]", model["inputs"]![0]!["shape"]!.ToJsonString());
        var predictions = await plane.InferAsync("""{"dataframe_split":{"columns":["a","b"],"data":[[1,-1],[50,50]]}}""", "/invocations");
        Assert.Equal("[0.5,1]", predictions["predictions"]!.ToJsonString());
        Assert.Equal("[0.5]", (await plane.InferAsync("""{"inputs":{"x":[[0,0]]}}""", "/v2/models/d/invocations"))["predictions"]!.ToJsonString());
    }

    [Fact]
    public async Task A_token_opens_its_projects_alone()
    {
        var theirs = ProjectId.Of(Guid.CreateVersion7());
        control.Plan(new PlannedDeployment(ProjectId.Default, "default", "d", false, null, [control.Revision(1, TinyModels.Scorer())]),
            new PlannedDeployment(theirs, "theirs", "d", false, null, [control.Revision(2, TinyModels.Scorer(2))]));
        await control.InForceAsync();
        Assert.Equal("model/1", (string?)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["model_version"]);
        Assert.Equal("model/2", (string?)(await plane.InferAsync(RunningDataPlane.Body(0, 0), "/v2/projects/theirs/models/d/infer"))["model_version"]);

        plane.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await plane.PostAsync(RunningDataPlane.Body(0, 0))).StatusCode);
        plane.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "takt_theirs");
        Assert.Equal(HttpStatusCode.Unauthorized, (await plane.PostAsync(RunningDataPlane.Body(0, 0))).StatusCode);

        control.Tokens.Add(ControlPlaneStandIn.TokenOf("takt_theirs", [theirs]));
        control.Publish();
        await control.InForceAsync();
        Assert.Equal("model/2", (string?)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["model_version"]);
        Assert.Equal(HttpStatusCode.NotFound, (await plane.PostAsync(RunningDataPlane.Body(0, 0), "/v2/projects/default/models/d/infer")).StatusCode);

        control.Tokens.RemoveAll(t => t.Projects is not null);
        control.Publish();
        await control.InForceAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await plane.PostAsync(RunningDataPlane.Body(0, 0))).StatusCode);
    }

    [Fact]
    public async Task A_split_by_weight_is_even_and_sticky()
    {
        PlannedDeployment Split(string? by) => new(ProjectId.Default, "default", "d", false, by, [control.Revision(2, TinyModels.Scorer(2), 20), control.Revision(1, TinyModels.Scorer(), 80)]);
        control.Plan(Split(null));
        await control.InForceAsync();
        var challengers = 0;
        for (var i = 0; i < 1000; i++)
            if ((string?)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["model_version"] == "model/2")
                challengers++;
        Assert.InRange(challengers, 140, 260);

        control.Plan(Split("x"));
        await control.InForceAsync();
        for (var key = 0; key < 20; key++)
        {
            var first = (string?)(await plane.InferAsync(RunningDataPlane.Body(key, 0)))["model_version"];
            for (var i = 0; i < 5; i++) Assert.Equal(first, (string?)(await plane.InferAsync(RunningDataPlane.Body(key, i)))["model_version"]);
        }
    }

    [Fact]
    public async Task A_shadow_gets_a_copy_of_every_request_and_a_failing_challenger_costs_its_caller_nothing()
    {
        control.Plan(control.Revision(2, TinyModels.Fragile(), 50, shadow: true), control.Revision(1, TinyModels.Scorer(), 50, shadow: true));
        await control.InForceAsync();
        for (var i = 0; i < 100; i++) Assert.Equal(i % 10 == 9 ? "model/1" : null, i % 10 == 9 ? (string?)(await plane.InferAsync(RunningDataPlane.Body(9, 9)))["model_version"] : (await plane.InferAsync(RunningDataPlane.Body(1, 1)))["nothing"]?.ToString());
        await plane.DisposeAsync(); // the queue is worked off, the log handed over
        var rows = control.Shipped();
        Assert.Equal(100, rows.Count(r => !r.Row.Shadow));
        Assert.Equal(100, rows.Count(r => r.Row.Shadow));
        Assert.Equal(100, rows.Select(r => r.Row.Id).Distinct().Count());
        Assert.Equal(10, rows.Count(r => r.Row.Failed));
        Assert.All(rows.Where(r => r.Row.Failed), r => Assert.True(r.Row.Shadow && r.Schema.Revision == 2));
        plane = await RunningDataPlane.StartAsync(control.Url);
    }

    [Fact]
    public async Task An_answer_can_wait_until_the_log_is_on_disk()
    {
        control.Plan(new PlannedDeployment(ProjectId.Default, "default", "d", FlushBeforeAnswer: true, null, [control.Revision(1, TinyModels.Scorer())]));
        await control.InForceAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => plane.InferAsync(RunningDataPlane.Body(1, 1))));
        Assert.Equal(20, (await control.RowsAsync()).Count);
    }

    [Fact]
    public async Task A_model_that_does_not_end_is_stopped_at_the_deadline()
    {
        await using var strict = await RunningDataPlane.StartAsync(control.Url, change: o => o with { Deadline = TimeSpan.FromMilliseconds(300) });
        control.Plan(control.Revision(1, TinyModels.Loop()));
        await control.InForceAsync();
        using var response = await strict.PostAsync("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[9000000000000000000]}]}""");
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        var answer = await strict.InferAsync("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[3]}]}""");
        Assert.Equal(3, (float)answer["outputs"]![0]!["data"]![0]!);
        Assert.Contains(await control.RowsAsync(), r => r.Row.Status == 504);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_reported_and_the_old_one_goes_on()
    {
        control.Plan(control.Revision(1, TinyModels.Scorer()));
        await control.InForceAsync();
        control.Plan(control.Revision(2, "no model at all"u8.ToArray()));
        await control.InForceAsync();
        Assert.True(control.Failures.TryPeek(out var failure));
        Assert.Equal(("d", 2), (failure.Deployment, failure.Revision));
        Assert.Equal("model/1", (string?)(await plane.InferAsync(RunningDataPlane.Body(0, 0)))["model_version"]);
    }
}

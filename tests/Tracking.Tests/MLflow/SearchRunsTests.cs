namespace Takt.Tracking.Tests.MLflow;

/// <summary>Runs a to e, started one after another; e has no metric, d a NaN. Nobody writes more.</summary>
public sealed class FiveRuns : IAsyncLifetime
{
    private MLflowServer mlflow = null!;

    internal MLflowServer MLflow => mlflow;

    public async ValueTask InitializeAsync()
    {
        mlflow = await MLflowServer.StartAsync();
        var start = 0;
        foreach (var (name, rmse, model) in new (string, object?, string)[] { ("a", 0.3, "tree"), ("b", 0.1, "linear"), ("c", 0.2, "Tree%"), ("d", "NaN", "tree"), ("e", null, "it's") })
        {
            var run = await mlflow.RunAsync(start: ++start, name: name);
            if (rmse is not null) await mlflow.MetricAsync(run, "rmse", rmse);
            if (name == "a") await mlflow.MetricAsync(run, "val loss/1", 7);
            await mlflow.PostAsync("runs/log-parameter", new { run_id = run, key = "model", value = model });
            await mlflow.PostAsync("runs/set-tag", new { run_id = run, key = "my.tag", value = name });
            if (name is "a" or "b") await mlflow.PostAsync("runs/update", new { run_id = run, status = "FINISHED", end_time = 100 });
        }
    }

    public ValueTask DisposeAsync() => mlflow.DisposeAsync();
}

public sealed class SearchRunsTests(FiveRuns five) : IClassFixture<FiveRuns>
{
    private readonly MLflowServer mlflow = five.MLflow;

    [Theory]
    [InlineData("", "e d c b a")]
    [InlineData("metrics.rmse < 0.25", "c b")]
    [InlineData("metric.`rmse` >= 0.1 and params.model = 'tree'", "a")]
    [InlineData("metrics.rmse != 0.1", "c a")]
    [InlineData("metrics.rmse > -1e3", "c b a")]
    [InlineData("metrics.\"val loss/1\" = 7", "a")]
    [InlineData("metrics.`val loss/1` = 7.0", "a")]
    [InlineData("metrics.rmse IS NULL", "e")]
    [InlineData("params.model LIKE 'tr%'", "d a")]
    [InlineData("params.model ILIKE 'TR%'", "d c a")]
    [InlineData("params.model = 'it''s'", "e")]
    [InlineData("params.model = \"it's\"", "e")]
    [InlineData("params.model != 'tree'", "e c b")]
    [InlineData("params.none != 'tree'", "")]
    [InlineData("params.model IN ('tree', 'linear')", "d b a")]
    [InlineData("params.model NOT IN ('tree', 'linear')", "e c")]
    [InlineData("params.none IS NULL AND tags.my.tag = 'c'", "c")]
    [InlineData("tags.`my.tag` = 'b'", "b")]
    [InlineData("tag.mlflow.runName = 'b'", "b")]
    [InlineData("attributes.status = 'FINISHED'", "b a")]
    [InlineData("status != 'FINISHED'", "e d c")]
    [InlineData("attributes.run_name = 'a'", "a")]
    [InlineData("`run name` LIKE 'a'", "a")]
    [InlineData("start_time >= 3 AND start_time < 5", "d c")]
    [InlineData("attribute.end_time > 0", "b a")]
    [InlineData("attributes.artifact_uri LIKE 'mlflow-artifacts:/0/%'", "e d c b a")]
    [InlineData("run_id IN ('zzz')", "")]
    public async Task A_filter_finds_what_it_says(string filter, string names) => Assert.Equal(names, string.Join(' ', await mlflow.SearchAsync("0", filter)));

    [Theory]
    [InlineData("metrics.rmse", "b c a d e")] // numbers, then NaN, then none
    [InlineData("metrics.rmse DESC", "a c b d e")]
    [InlineData("metrics.`val loss/1` asc", "a e d c b")]
    [InlineData("params.model ASC", "c e b d a")]
    [InlineData("attributes.start_time ASC", "a b c d e")]
    [InlineData("start_time", "a b c d e")]
    [InlineData("attribute.run_name DESC", "e d c b a")]
    [InlineData("tags.my.tag", "a b c d e")]
    [InlineData("end_time DESC", "b a e d c")]
    public async Task An_order_puts_what_has_no_value_last(string order, string names) => Assert.Equal(names, string.Join(' ', await mlflow.SearchAsync("0", null, order)));

    [Theory]
    [InlineData("metrics.rmse > 1; DROP TABLE tracking.runs", "Invalid clause(s) in filter string")]
    [InlineData("tags.x = 'a' OR 1=1", "Invalid clause(s) in filter string")]
    [InlineData("metrics.rmse > 'a'", "Expected numeric value type for metric")]
    [InlineData("metrics.rmse LIKE 'a'", "Invalid comparator 'LIKE'")]
    [InlineData("params.model > 'a'", "Invalid comparator '>'")]
    [InlineData("params.model = tree", "Expected a quoted string value")]
    [InlineData("params.model = 'tree", "opened and never closed")]
    [InlineData("params.model IN ()", "empty list")]
    [InlineData("params.model IN ('a'", "ill-formed list")]
    [InlineData("nothing.model = 'a'", "Invalid entity type 'nothing'")]
    [InlineData("attributes.password = 'a'", "Invalid attribute key 'password'")]
    [InlineData("dataset.source = 'a'", "Invalid dataset key 'source'")]
    [InlineData("start_time = 'a'", "Expected numeric value type for numeric attribute")]
    [InlineData("metrics.rmse", "Expected comparison found")]
    [InlineData("=", "Invalid clause(s) in filter string")]
    [InlineData("params.model = '\u0000'", "NUL")]
    public async Task A_wrong_filter_is_refused_by_name(string filter, string told)
    {
        var refusal = await mlflow.RefusedAsync("runs/search", new { experiment_ids = new[] { "0" }, filter });
        Assert.StartsWith("INVALID_PARAMETER_VALUE: ", refusal, StringComparison.Ordinal);
        Assert.Contains(told, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics.rmse; DROP TABLE tracking.runs"), InlineData("params.model DESC NULLS FIRST"), InlineData(""), InlineData("attributes.password"), InlineData("dataset.name"), InlineData("metrics.x sideways")]
    public Task A_wrong_order_is_refused(string order) => mlflow.RefusedAsync("runs/search", new { experiment_ids = new[] { "0" }, order_by = new[] { order } });

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Pages_join_also_where_a_metric_orders_and_ends(bool byMetric)
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await mlflow.PostAsync("runs/search", new { experiment_ids = new[] { "0" }, max_results = 2, page_token = token, order_by = byMetric ? ["metrics.rmse"] : Array.Empty<string>() });
            names.AddRange(page.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("info").GetProperty("run_name").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (token is not null);
        Assert.Equal(byMetric ? "b c a d e" : "e d c b a", string.Join(' ', names));
    }

    [Fact]
    public async Task Bounds_and_tokens_are_checked()
    {
        var ids = new[] { "0" };
        Assert.Contains("Invalid value 123456789 for parameter 'max_results' supplied", await mlflow.RefusedAsync("runs/search", new { experiment_ids = ids, max_results = 123456789 }), StringComparison.Ordinal);
        Assert.Contains("Invalid page token", await mlflow.RefusedAsync("runs/search", new { experiment_ids = ids, page_token = "invalid_token" }), StringComparison.Ordinal);
        Assert.Contains("characters", await mlflow.RefusedAsync("runs/search", new { experiment_ids = ids, filter = new string('a', 1 << 20) }), StringComparison.Ordinal);
        Assert.Empty(await mlflow.SearchAsync("77"));
        Assert.False((await mlflow.PostAsync("runs/search", new { })).TryGetProperty("runs", out _));
    }
}

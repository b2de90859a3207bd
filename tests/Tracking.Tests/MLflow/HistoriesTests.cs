using System.Text.Json;

namespace Takt.Tracking.Tests.MLflow;

public sealed class HistoriesTests
{
    [Fact]
    public async Task A_history_is_paged()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        for (var i = 0; i < 10; i++) await mlflow.MetricAsync(run, "m", i, 1000 + i, i);

        var values = new List<double>();
        var token = "";
        do
        {
            var page = await mlflow.GetAsync($"metrics/get-history?run_id={run}&metric_key=m&max_results=4{token}");
            values.AddRange(page.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("value").GetDouble()));
            token = page.TryGetProperty("next_page_token", out var next) ? $"&page_token={Uri.EscapeDataString(next.GetString()!)}" : "";
        } while (token.Length > 0);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (double)i), values);
        Assert.Equal("""{"key":"m","value":0,"timestamp":1000,"step":0}""", (await mlflow.GetAsync($"metrics/get-history?run_id={run}&metric_key=m")).GetProperty("metrics")[0].GetRawText());
        Assert.False((await mlflow.GetAsync($"metrics/get-history?run_id={run}&metric_key=none")).TryGetProperty("metrics", out _));
        Assert.StartsWith("INVALID_PARAMETER_VALUE", await mlflow.RefusedAsync($"metrics/get-history?run_id={run}&metric_key=m&page_token=invalid_token", null), StringComparison.Ordinal);
        Assert.Contains("Missing value for required parameter 'metric_key'", await mlflow.RefusedAsync($"metrics/get-history?run_id={run}", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Histories_of_many_runs_come_in_the_order_of_the_runs()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var (first, second) = (await mlflow.RunAsync(), await mlflow.RunAsync());
        foreach (var (time, step, value) in ((int, int, int)[])[(2, 3, 12), (1, 3, 12), (1, 3, 11), (1, 2, 10)])
        {
            await mlflow.MetricAsync(first, "m", value, time, step);
            await mlflow.MetricAsync(second, "m", value + 1, time, step);
        }
        var found = (await mlflow.GetAsync($"metrics/get-history-bulk?run_id={second}&run_id={first}&metric_key=m")).GetProperty("metrics");
        Assert.Equal([10, 11, 12, 12, 11, 12, 13, 13], found.EnumerateArray().Select(m => m.GetProperty("value").GetInt32()));
        Assert.Equal(first, found[0].GetProperty("run_id").GetString());
        Assert.Equal(2, (await mlflow.GetAsync($"metrics/get-history-bulk?run_id={first}&metric_key=m&max_results=2")).GetProperty("metrics").GetArrayLength());
        Assert.Contains("must specify at least one run_id", await mlflow.RefusedAsync("metrics/get-history-bulk?metric_key=m", null), StringComparison.Ordinal);
        Assert.Contains("must specify a metric_key", await mlflow.RefusedAsync("metrics/get-history-bulk?run_id=1", null), StringComparison.Ordinal);
        Assert.Contains("cannot specify more than", await mlflow.RefusedAsync($"metrics/get-history-bulk?metric_key=m{string.Concat(Enumerable.Range(0, 101).Select(i => $"&run_id={i}"))}", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chart_shows_steps_at_even_distances_and_each_runs_ends()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var (first, second) = (await mlflow.RunAsync(), await mlflow.RunAsync());
        for (var i = 0; i < 10; i++) await mlflow.MetricAsync(first, "m", 10, 1, i);
        for (var i = 0; i < 20; i++) await mlflow.MetricAsync(second, "m", 10, 1, i);
        async Task<string> StepsAsync(string query) => string.Join(' ', (await mlflow.GetAsync($"metrics/get-history-bulk-interval?metric_key=m&max_results=5&{query}")).GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("step").GetInt64()));

        Assert.Equal("0 2 4 6 8 9", await StepsAsync($"run_ids={first}"));
        Assert.Equal("0 1 2 3 4", await StepsAsync($"run_ids={first}&start_step=0&end_step=4"));
        Assert.Equal("0 4 8 9 0 4 8 9 12 16 19", await StepsAsync($"run_ids={first}&run_ids={second}"));
        for (var i = 0; i < 10; i++) await mlflow.MetricAsync(first, "m", 10, 2, i);
        Assert.Equal("0 0 2 2 4 4 6 6 8 8 9 9", await StepsAsync($"run_ids={first}"));
    }

    [Theory]
    [InlineData("metric_key=k", "Missing value for required parameter 'run_ids'.")]
    [InlineData("run_ids=1", "Missing value for required parameter 'metric_key'")]
    [InlineData("run_ids=1&metric_key=k&max_results=0", "max_results must be between 1 and 2500")]
    [InlineData("run_ids=1&metric_key=k&start_step=1&end_step=0", "end_step must be greater than start_step. ")]
    [InlineData("run_ids=1&metric_key=k&start_step=1", "If either start step or end step are specified, both must be specified.")]
    [InlineData("run_ids=1&metric_key=k&start_step=one&end_step=2", "Invalid value \"one\" for parameter 'start_step' supplied")]
    public async Task A_wrong_chart_is_refused(string query, string told)
    {
        await using var mlflow = await MLflowServer.StartAsync();
        Assert.Contains(told, await mlflow.RefusedAsync($"metrics/get-history-bulk-interval?{query}", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Histories_of_other_projects_are_not_seen()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        await mlflow.MetricAsync(run, "m", 1);
        await using var command = mlflow.Server.Database.Owner.CreateCommand("UPDATE tracking.runs SET project = gen_random_uuid(); UPDATE tracking.metric_tail SET project = gen_random_uuid()");
        await command.ExecuteNonQueryAsync(Lab.Stop);

        await mlflow.RefusedAsync($"metrics/get-history?run_id={run}&metric_key=m", null, 404);
        Assert.Equal("[]", (await mlflow.GetAsync($"metrics/get-history-bulk?run_id={run}&metric_key=m")).GetProperty("metrics").GetRawText());
        Assert.Equal(JsonValueKind.Undefined, (await mlflow.GetAsync($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m")).TryGetProperty("metrics", out var none) ? none.ValueKind : default);
    }
}

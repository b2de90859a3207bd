using System.Text.Json;

namespace Takt.Tracking.Tests.MLflow;

public sealed class ExperimentsTests
{
    [Fact]
    public async Task An_experiment_is_made_found_renamed_tagged_deleted_and_restored()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = (await mlflow.PostAsync("experiments/create", new { name = "flights", tags = new[] { new { key = "team", value = "ops" } } })).GetProperty("experiment_id").GetString();
        Assert.Equal("1", id);

        var experiment = (await mlflow.GetAsync($"experiments/get?experiment_id={id}")).GetProperty("experiment");
        Assert.Equal("flights", experiment.GetProperty("name").GetString());
        Assert.Equal("active", experiment.GetProperty("lifecycle_stage").GetString());
        Assert.Equal("mlflow-artifacts:/1", experiment.GetProperty("artifact_location").GetString());
        Assert.Equal(JsonValueKind.Number, experiment.GetProperty("creation_time").ValueKind);
        Assert.Equal("""[{"key":"team","value":"ops"}]""", experiment.GetProperty("tags").GetRawText());

        await mlflow.PostAsync("experiments/update", new { experiment_id = id, new_name = "planes" });
        await mlflow.PostAsync("experiments/set-experiment-tag", new { experiment_id = id, key = "empty", value = "" });
        await mlflow.PostAsync("experiments/delete-experiment-tag", new { experiment_id = id, key = "team" });
        experiment = (await mlflow.GetAsync("experiments/get-by-name?experiment_name=planes")).GetProperty("experiment");
        Assert.Equal("""[{"key":"empty","value":""}]""", experiment.GetProperty("tags").GetRawText());

        var run = await mlflow.RunAsync(id!);
        await mlflow.PostAsync("experiments/delete", new { experiment_id = id });
        Assert.Equal("deleted", (await mlflow.GetRunAsync(run)).GetProperty("info").GetProperty("lifecycle_stage").GetString());
        Assert.Contains("must be in the 'active' state", await mlflow.RefusedAsync("runs/create", new { experiment_id = id }), StringComparison.Ordinal);
        Assert.Contains("INVALID_STATE: Cannot rename a non-active experiment.", await mlflow.RefusedAsync("experiments/update", new { experiment_id = id, new_name = "x" }, 500), StringComparison.Ordinal);
        await mlflow.PostAsync("experiments/restore", new { experiment_id = id });
        Assert.Equal("active", (await mlflow.GetRunAsync(run)).GetProperty("info").GetProperty("lifecycle_stage").GetString());
        Assert.Subset((await mlflow.FactsAsync()).ToHashSet(), new HashSet<string> { "experiment.created", "experiment.renamed", "experiment.deleted", "experiment.restored", "run.started" });
    }

    [Fact]
    public async Task What_is_wrong_is_told_in_MLflows_words()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        await mlflow.ExperimentAsync();

        Assert.Equal("RESOURCE_ALREADY_EXISTS: Experiment(name=flights) already exists.", await mlflow.RefusedAsync("experiments/create", new { name = "flights" }));
        Assert.StartsWith("INVALID_PARAMETER_VALUE: Missing value for required parameter 'name'.", await mlflow.RefusedAsync("experiments/create", new { }), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_PARAMETER_VALUE: Missing value for required parameter 'name'.", await mlflow.RefusedAsync("experiments/create", new { name = "" }), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_PARAMETER_VALUE: Invalid value 123 for parameter 'name' supplied", await mlflow.RefusedAsync("experiments/create", new { name = 123 }), StringComparison.Ordinal);
        Assert.Contains("'name' exceeds the maximum length of 500 characters", await mlflow.RefusedAsync("experiments/create", new { name = new string('a', 501) }), StringComparison.Ordinal);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST: No Experiment with id=99 exists", await mlflow.RefusedAsync("experiments/get?experiment_id=99", null, 404));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST: No Experiment with id=abc exists", await mlflow.RefusedAsync("experiments/get?experiment_id=abc", null, 404));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST: Could not find experiment with name 'none'", await mlflow.RefusedAsync("experiments/get-by-name?experiment_name=none", null, 404));
    }

    [Fact]
    public async Task Experiments_are_searched_by_name_tag_and_time_and_paged()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        await mlflow.PostAsync("experiments/create", new { name = "a", tags = new[] { new { key = "key", value = "value" } } });
        await mlflow.PostAsync("experiments/create", new { name = "ab", tags = new[] { new { key = "key", value = "vaLue" } } });
        await mlflow.PostAsync("experiments/create", new { name = "Abc" });
        async Task<string> SearchAsync(string? filter = null, params string[] order) => Names(await mlflow.PostAsync("experiments/search", new { filter, order_by = order, max_results = 100 }));

        Assert.Equal("Abc ab a Default", await SearchAsync());
        Assert.Equal("a", await SearchAsync("attribute.name = 'a'"));
        Assert.Equal("Abc ab Default", await SearchAsync("attribute.name != 'a'"));
        Assert.Equal("ab a", await SearchAsync("name LIKE 'a%'"));
        Assert.Equal("Abc ab a", await SearchAsync("name ILIKE 'a%'"));
        Assert.Equal("a", await SearchAsync("tag.key = 'value'"));
        Assert.Equal("ab", await SearchAsync("tags.`key` != 'value'"));
        Assert.Equal("ab a", await SearchAsync("tag.key ILIKE '%alu%'"));
        Assert.Equal("ab a Default Abc", await SearchAsync(null, "name DESC"));
        Assert.Equal("", await SearchAsync("creation_time > 99999999999999"));

        var first = await mlflow.GetAsync("experiments/search?max_results=2");
        Assert.Equal("Abc ab", Names(first));
        var second = await mlflow.GetAsync($"experiments/search?max_results=2&page_token={Uri.EscapeDataString(first.GetProperty("next_page_token").GetString()!)}");
        Assert.Equal("a Default", Names(second));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        Assert.Contains("Invalid attribute key", await mlflow.RefusedAsync("experiments/search", new { filter = "metrics = 'a'" }), StringComparison.Ordinal);
        Assert.Contains("Invalid entity type", await mlflow.RefusedAsync("experiments/search", new { filter = "params.a = 'a'" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http:///?/../../../../etc/"), InlineData("http:///#/../../../etc/"), InlineData("http://host#/../../etc/"), InlineData("../../etc"), InlineData("file:../../etc"), InlineData("dbfs:/a%3f/../.."), InlineData("runs:/1/a"), InlineData("s3://b/%2e%2e/x"), InlineData("a\\b"), InlineData("s3://b/a;x")]
    public async Task A_location_that_plays_tricks_is_refused_and_any_other_is_only_written_down(string location)
    {
        await using var mlflow = await MLflowServer.StartAsync();
        await mlflow.RefusedAsync("experiments/create", new { name = "x", artifact_location = location });
        await mlflow.PostAsync("experiments/create", new { name = "x", artifact_location = "file:///etc" });
        var run = await mlflow.RunAsync("1");
        Assert.Equal($"file:///etc/{run}/artifacts", (await mlflow.GetRunAsync(run)).GetProperty("info").GetProperty("artifact_uri").GetString());
        Assert.False((await mlflow.GetAsync($"artifacts/list?run_id={run}")).TryGetProperty("files", out _));
    }

    private static string Names(JsonElement answer) =>
        answer.TryGetProperty("experiments", out var found) ? string.Join(' ', found.EnumerateArray().Select(e => e.GetProperty("name").GetString())) : "";
}

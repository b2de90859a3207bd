using System.Net;
using System.Text.Json;

namespace Takt.Tracking.Tests.MLflow;

public sealed class LoggedModelsTests
{
    [Fact]
    public async Task A_model_is_logged_as_MLflow_3_does_it()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        var made = (await mlflow.PostAsync("logged-models", new { experiment_id = "0", name = "tree", model_type = "Agent", source_run_id = run, @params = new[] { new { key = "depth", value = "6" } }, tags = new[] { new { key = "t", value = "v" } } })).GetProperty("model");
        var info = made.GetProperty("info");
        var id = info.GetProperty("model_id").GetString()!;
        Assert.Matches("^m-[0-9a-f]{32}$", id);
        Assert.Equal(("tree", "LOGGED_MODEL_PENDING", "Agent", run, $"mlflow-artifacts:/0/models/{id}/artifacts"),
            (Text(info, "name"), Text(info, "status"), Text(info, "model_type"), Text(info, "source_run_id"), Text(info, "artifact_uri")));

        using (var body = new StringContent("flavors: {}"))
            await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/models/{id}/artifacts/MLmodel", body, Lab.Stop));
        await mlflow.SendAsync(HttpMethod.Patch, $"logged-models/{id}", new { model_id = id, status = "LOGGED_MODEL_READY" });
        await mlflow.PostAsync("runs/outputs", new { run_id = run, models = new[] { new { model_id = id, step = 0 } } });
        await mlflow.PostAsync("runs/log-metric", new { run_id = run, key = "auc", value = 0.5, timestamp = 123, step = 1, model_id = id, dataset_name = "name", dataset_digest = "digest" });
        await mlflow.PostAsync("runs/log-batch", new { run_id = run, metrics = new object[] { new { key = "loss", value = 2, timestamp = 124, model_id = id }, new { key = "other", value = 1, timestamp = 1 } } });

        var model = (await mlflow.GetAsync($"logged-models/{id}")).GetProperty("model");
        Assert.Equal("LOGGED_MODEL_READY", Text(model.GetProperty("info"), "status"));
        Assert.Equal($$"""[{"key":"auc","value":0.5,"timestamp":123,"step":1,"dataset_name":"name","dataset_digest":"digest","model_id":"{{id}}","run_id":"{{run}}"},{"key":"loss","value":2,"timestamp":124,"step":0,"model_id":"{{id}}","run_id":"{{run}}"}]""", model.GetProperty("data").GetProperty("metrics").GetRawText());
        Assert.Equal("""[{"key":"depth","value":"6"}]""", model.GetProperty("data").GetProperty("params").GetRawText());
        Assert.Equal("""[{"path":"MLmodel","is_dir":false,"file_size":11}]""", (await mlflow.GetAsync($"logged-models/{id}/artifacts/directories")).GetProperty("files").GetRawText());
        Assert.Equal("flavors: {}", await mlflow.Client.GetStringAsync($"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files?artifact_file_path=MLmodel", Lab.Stop));
        Assert.Equal(3, (await mlflow.GetRunAsync(run)).GetProperty("data").GetProperty("metrics").GetArrayLength());

        await mlflow.SendAsync(HttpMethod.Patch, $"logged-models/{id}/tags", new { model_id = id, tags = new[] { new { key = "a/b", value = "x" } } });
        await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.DeleteAsync($"/api/2.0/mlflow/logged-models/{id}/tags/t", Lab.Stop));
        await mlflow.PostAsync($"logged-models/{id}/params", new { model_id = id, @params = new[] { new { key = "rate", value = "1" } } });
        Assert.Equal("""[{"key":"a/b","value":"x"}]""", (await mlflow.GetAsync($"logged-models/{id}")).GetProperty("model").GetProperty("info").GetProperty("tags").GetRawText());

        await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.DeleteAsync($"/api/2.0/mlflow/logged-models/{id}", Lab.Stop));
        Assert.StartsWith("RESOURCE_DOES_NOT_EXIST", await mlflow.RefusedAsync($"logged-models/{id}", null, 404), StringComparison.Ordinal);
        Assert.Equal(["logged-model.created", "logged-model.finalized", "logged-model.deleted"], (await mlflow.FactsAsync()).Where(k => k.StartsWith("logged-model", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Logged_models_are_searched_ordered_and_paged()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        foreach (var (name, auc) in ((string, double)[])[("a", 0.5), ("b", 0.7), ("c", 0.6)])
        {
            var id = Text((await mlflow.PostAsync("logged-models", new { experiment_id = "0", name, @params = new[] { new { key = "p", value = name } } })).GetProperty("model").GetProperty("info"), "model_id");
            await mlflow.PostAsync("runs/log-metric", new { run_id = run, key = "auc", value = auc, timestamp = 1, model_id = id });
        }
        async Task<string> SearchAsync(string? filter, object? order = null) => Names(await mlflow.PostAsync("logged-models/search", new { experiment_ids = new[] { "0" }, filter, order_by = order }));

        Assert.Equal("a b c", await SearchAsync(null, new[] { new { field_name = "name", ascending = true } }));
        Assert.Equal("b c a", await SearchAsync(null, new[] { new { field_name = "metrics.auc", ascending = false } }));
        Assert.Equal("b", await SearchAsync("metrics.auc > 0.65"));
        Assert.Equal("c", await SearchAsync("params.p = 'c' AND attributes.status = 'PENDING'"));
        Assert.Equal("", await SearchAsync("attributes.name LIKE 'x%'"));
        var page = await mlflow.PostAsync("logged-models/search", new { experiment_ids = new[] { "0" }, max_results = 2, order_by = new[] { new { field_name = "name" } } });
        Assert.Equal("a b", Names(page));
        Assert.Equal("c", Names(await mlflow.PostAsync("logged-models/search", new { experiment_ids = new[] { "0" }, max_results = 2, page_token = Text(page, "next_page_token"), order_by = new[] { new { field_name = "name" } } })));
        Assert.Contains("Invalid attribute key", await mlflow.RefusedAsync("logged-models/search", new { experiment_ids = new[] { "0" }, filter = "attributes.password = 'x'" }), StringComparison.Ordinal);
        Assert.Contains("cannot contain the following characters", await mlflow.RefusedAsync("logged-models", new { experiment_id = "0", name = "a/b" }), StringComparison.Ordinal);
        Assert.Contains("No Experiment with id=9 exists", await mlflow.RefusedAsync("logged-models", new { experiment_id = "9" }, 404), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string Names(JsonElement answer) =>
        answer.TryGetProperty("models", out var found) ? string.Join(' ', found.EnumerateArray().Select(m => Text(m.GetProperty("info"), "name"))) : "";
}

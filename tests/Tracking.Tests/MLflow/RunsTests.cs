using System.Net;
using System.Net.Http.Json;

namespace Takt.Tracking.Tests.MLflow;

public sealed class RunsTests
{
    [Fact]
    public async Task A_run_is_made_updated_deleted_and_restored()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var made = (await mlflow.PostAsync("runs/create", new { experiment_id = "0", user_id = "unknown", start_time = 1234, run_name = "my name", tags = new[] { new { key = "mlflow.user", value = "ann" } } })).GetProperty("run");
        var info = made.GetProperty("info");
        var id = info.GetProperty("run_id").GetString()!;

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal(id, info.GetProperty("run_uuid").GetString());
        Assert.Equal(("0", "my name", "unknown", "RUNNING", 1234L, "active", $"mlflow-artifacts:/0/{id}/artifacts"),
            (info.GetProperty("experiment_id").GetString(), info.GetProperty("run_name").GetString(), info.GetProperty("user_id").GetString(), info.GetProperty("status").GetString(),
                info.GetProperty("start_time").GetInt64(), info.GetProperty("lifecycle_stage").GetString(), info.GetProperty("artifact_uri").GetString()));
        Assert.False(info.TryGetProperty("end_time", out _));
        Assert.Equal("{}", made.GetProperty("inputs").GetRawText());
        Assert.Equal("{}", made.GetProperty("outputs").GetRawText());

        var updated = (await mlflow.PostAsync("runs/update", new { run_id = id, status = "FINISHED", end_time = 5678, run_name = "other" })).GetProperty("run_info");
        Assert.Equal(("FINISHED", 5678L, "other"), (updated.GetProperty("status").GetString(), updated.GetProperty("end_time").GetInt64(), updated.GetProperty("run_name").GetString()));
        var run = await mlflow.GetRunAsync(id);
        Assert.Equal("""[{"key":"mlflow.runName","value":"other"},{"key":"mlflow.user","value":"ann"}]""", run.GetProperty("data").GetProperty("tags").GetRawText());

        await mlflow.PostAsync("runs/delete", new { run_id = id });
        Assert.Empty(await mlflow.SearchAsync("0"));
        Assert.Contains($"The run {id} must be in the 'active' state", await mlflow.RefusedAsync("runs/set-tag", new { run_id = id, key = "a", value = "b" }), StringComparison.Ordinal);
        Assert.Contains($"The run {id} must be in the 'active' state", await mlflow.RefusedAsync("runs/log-metric", new { run_id = id, key = "a", value = 1, timestamp = 1 }), StringComparison.Ordinal);
        await mlflow.PostAsync("runs/restore", new { run_id = id });
        Assert.Equal(["other"], await mlflow.SearchAsync("0"));
        Assert.Equal(["run.started", "run.ended", "run.deleted", "run.restored"], (await mlflow.FactsAsync()).Where(k => k.StartsWith("run.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_without_a_name_gets_one_and_two_names_are_one_too_many()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.GetRunAsync(await mlflow.RunAsync());
        Assert.Matches("^[a-z]+-[a-z]+-[0-9]+$", run.GetProperty("info").GetProperty("run_name").GetString());
        Assert.Contains("Both 'run_name' argument and 'mlflow.runName' tag are specified",
            await mlflow.RefusedAsync("runs/create", new { experiment_id = "0", run_name = "a", tags = new[] { new { key = "mlflow.runName", value = "b" } } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_params_and_tags_are_logged_one_by_one()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = await mlflow.RunAsync(name: "n");
        await mlflow.MetricAsync(id, "metric", 123.456, 789, 2);
        await mlflow.MetricAsync(id, "nan", "NaN");
        await mlflow.MetricAsync(id, "inf", "Infinity");
        await mlflow.MetricAsync(id, "minus", "-Infinity");
        await mlflow.PostAsync("runs/log-parameter", new { run_id = id, key = "param", value = "" });
        await mlflow.PostAsync("runs/set-tag", new { run_uuid = id, key = "taggity", value = "do-dah" });

        var data = (await mlflow.GetRunAsync(id)).GetProperty("data");
        Assert.Equal("""[{"key":"inf","value":1.7976931348623157E+308,"timestamp":1,"step":0},{"key":"metric","value":123.456,"timestamp":789,"step":2},{"key":"minus","value":-1.7976931348623157E+308,"timestamp":1,"step":0},{"key":"nan","value":"NaN","timestamp":1,"step":0}]""", data.GetProperty("metrics").GetRawText());
        Assert.Equal("""[{"key":"param","value":""}]""", data.GetProperty("params").GetRawText());
        Assert.Equal("""[{"key":"mlflow.runName","value":"n"},{"key":"taggity","value":"do-dah"}]""", data.GetProperty("tags").GetRawText());

        await mlflow.PostAsync("runs/delete-tag", new { run_id = id, key = "taggity" });
        Assert.Contains("No tag with name: taggity", await mlflow.RefusedAsync("runs/delete-tag", new { run_id = id, key = "taggity" }, 404), StringComparison.Ordinal);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST: Run with id=fake_run_id not found", await mlflow.RefusedAsync("runs/delete-tag", new { run_id = "fake_run_id", key = "a" }, 404));
    }

    [Fact]
    public async Task A_batch_is_logged_whole_or_not_at_all()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = await mlflow.RunAsync(name: "n");
        await mlflow.PostAsync("runs/log-batch", new
        {
            run_id = id,
            metrics = new object[] { new { key = "m", value = 1.5, timestamp = 10, step = 1 }, new { key = "m", value = "NaN", timestamp = "11", step = "2", dataset_name = "d" } },
            @params = new[] { new { key = "p", value = "1" } },
            tags = new[] { new { key = "t", value = "x" } },
        });
        Assert.Contains("Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': '2'}]'",
            await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, metrics = new[] { new { key = "n", value = 1, timestamp = 1 } }, @params = new[] { new { key = "p", value = "2" } } }), StringComparison.Ordinal);

        var data = (await mlflow.GetRunAsync(id)).GetProperty("data");
        Assert.Equal("""[{"key":"m","value":"NaN","timestamp":11,"step":2}]""", data.GetProperty("metrics").GetRawText());
        Assert.Equal("""[{"key":"p","value":"1"}]""", data.GetProperty("params").GetRawText());
        Assert.Contains("Param with key='p' was already logged with value='1'", await mlflow.RefusedAsync("runs/log-parameter", new { run_id = id, key = "p", value = "2" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"metrics": "foo"}""", "Invalid value \"foo\" for parameter 'metrics' supplied")]
    [InlineData("""{"params": "foo"}""", "Invalid value \"foo\" for parameter 'params' supplied")]
    [InlineData("""{"tags": {"a": 1}}""", "Invalid value {\"a\": 1} for parameter 'tags' supplied")]
    [InlineData("""{"metrics": [{"key": "mae", "value": 2.5}]}""", "Missing value for required parameter 'metrics[0].timestamp'")]
    [InlineData("""{"metrics": [{"value": 2.5, "timestamp": 1}]}""", "Missing value for required parameter 'metrics[0].key'")]
    [InlineData("""{"metrics": [{"key": "a", "value": true, "timestamp": 1}]}""", "Invalid value true for parameter 'metrics[0].value' supplied")]
    [InlineData("""{"metrics": [{"key": "a", "value": 1, "timestamp": -1}]}""", "Timestamp must be a nonnegative long")]
    [InlineData("""{"metrics": [{"key": "a/../b", "value": 1, "timestamp": 1}]}""", "This name would resolve to 'b'")]
    [InlineData("""{"metrics": [{"key": "a\u0000b", "value": 1, "timestamp": 1}]}""", "Names may only contain alphanumerics")]
    [InlineData("""{"params": [{"key": "a?", "value": "1"}]}""", "Names may only contain alphanumerics")]
    [InlineData("""{"params": [{"key": "a", "value": "\u0000"}]}""", "holds a NUL character")]
    [InlineData("""{"params": [{"key": "a", "value": "\ud800"}]}""", "no JSON")]
    [InlineData("""{"params": [{"key": "a", "value": "1"}, {"key": "a", "value": "1"}]}""", "Duplicate parameter keys have been submitted: ['a']")]
    [InlineData("""{"metrics": [{"key": "a", "value": 1, "timestamp": 1}""", "no JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("nonsense", "no JSON")]
    public async Task A_malformed_batch_is_refused_and_writes_nothing(string body, string told)
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = await mlflow.RunAsync();
        if (body.StartsWith('{')) body = body.Insert(1, $"\"run_id\": \"{id}\", ");
        Assert.Contains(told, await mlflow.RefusedAsync("runs/log-batch", body), StringComparison.Ordinal);
        var data = (await mlflow.GetRunAsync(id)).GetProperty("data");
        Assert.False(data.TryGetProperty("metrics", out _) || data.TryGetProperty("params", out _));
    }

    [Fact]
    public async Task Limits_of_a_batch_are_told_with_what_came()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = await mlflow.RunAsync();
        object Metrics(int n) => Enumerable.Range(0, n).Select(i => new { key = $"m{i}", value = i, timestamp = i });
        object Pairs(int n) => Enumerable.Range(0, n).Select(i => new { key = $"p{i}", value = "v" });

        Assert.Contains("at most 1000 metrics. Got 1001 metrics.", await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, metrics = Metrics(1001) }), StringComparison.Ordinal);
        Assert.Contains("at most 100 params. Got 101 params.", await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, @params = Pairs(101) }), StringComparison.Ordinal);
        Assert.Contains("at most 100 tags. Got 250000 tags.", await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, tags = Pairs(250_000) }), StringComparison.Ordinal);
        Assert.Contains("Got 1001 metrics, params, and tags.", await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, metrics = Metrics(1000), tags = Pairs(1) }), StringComparison.Ordinal);
        Assert.Contains("larger than 16 MiB", await mlflow.RefusedAsync("runs/log-batch", new { run_id = id, tags = new[] { new { key = "a", value = new string('a', 17 << 20) } } }, 429), StringComparison.Ordinal);
        await mlflow.PostAsync("runs/log-batch", new { run_id = id, metrics = Metrics(900), @params = Pairs(100) });
    }

    [Fact]
    public async Task The_paths_of_pages_and_of_version_3_answer_too_and_other_content_types_are_refused()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        foreach (var prefix in (string[])["/ajax-api/2.0", "/api/3.0", "/ajax-api/3.0"])
            Assert.Equal(HttpStatusCode.OK, (await mlflow.Client.PostAsJsonAsync($"{prefix}/mlflow/runs/search", new { experiment_ids = new[] { "0" } }, Lab.Stop)).StatusCode);
        using var form = new StringContent("{}", System.Text.Encoding.UTF8, "text/plain");
        var refusal = await MLflowServer.AnswerAsync(HttpStatusCode.BadRequest, mlflow.Client.PostAsync("/api/2.0/mlflow/runs/create", form, Lab.Stop));
        Assert.Equal("Bad Request. Content-Type must be one of ['application/json'].", refusal.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Inputs_and_outputs_are_told_with_the_run_and_found_by_data_set()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var id = await mlflow.RunAsync(name: "with");
        await mlflow.RunAsync(name: "without");
        var inputs = new
        {
            run_id = id,
            datasets = new[] { new { tags = new[] { new { key = "mlflow.data.context", value = "training" } }, dataset = new { name = "flights", digest = "abc", source_type = "local", source = "{}" } } },
            models = new[] { new { model_id = "m-1" } },
        };
        await mlflow.PostAsync("runs/log-inputs", inputs);
        await mlflow.PostAsync("runs/log-inputs", inputs);
        await mlflow.PostAsync("runs/outputs", new { run_id = id, models = new[] { new { model_id = "m-2", step = 3 } } });

        var run = await mlflow.GetRunAsync(id);
        Assert.Equal("""{"dataset_inputs":[{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"flights","digest":"abc","source_type":"local","source":"{}"}}],"model_inputs":[{"model_id":"m-1"}]}""", run.GetProperty("inputs").GetRawText());
        Assert.Equal("""{"model_outputs":[{"model_id":"m-2","step":3}]}""", run.GetProperty("outputs").GetRawText());
        Assert.Equal(["with"], await mlflow.SearchAsync("0", "datasets.name = 'flights' AND dataset.context = 'training'"));
        Assert.Empty(await mlflow.SearchAsync("0", "dataset.digest = 'other'"));
        var summaries = await mlflow.PostAsync("experiments/search-datasets", new { experiment_ids = new[] { "0" } });
        Assert.Equal("""{"dataset_summaries":[{"experiment_id":"0","name":"flights","digest":"abc","context":"training"}]}""", summaries.GetRawText());
    }
}

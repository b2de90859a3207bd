using System.Net;
using System.Text;
using System.Text.Json;
using Takt.Kernel;
using Takt.Quality;
using Takt.Tracking;
using Takt.Tracking.Tests.MLflow;

namespace Takt.Registry.Tests.MLflow;

public sealed class ModelsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<MLflowServer> StartAsync() => MLflowServer.StartAsync(new QualityModule(), new RegistryModule());

    [Fact]
    public async Task A_model_is_made_described_tagged_renamed_and_deleted()
    {
        await using var mlflow = await StartAsync();
        var made = (await mlflow.PostAsync("registered-models/create", new { name = "late", description = "d", tags = new[] { new { key = "k", value = "v" } } })).GetProperty("registered_model");
        Assert.Equal(("late", "d", """[{"key":"k","value":"v"}]"""), (made.GetProperty("name").GetString(), made.GetProperty("description").GetString(), made.GetProperty("tags").GetRawText()));
        Assert.Equal(JsonValueKind.Number, made.GetProperty("creation_timestamp").ValueKind);
        Assert.False(made.TryGetProperty("latest_versions", out _));

        await mlflow.SendAsync(HttpMethod.Patch, "registered-models/update", new { name = "late", description = "other" });
        await mlflow.PostAsync("registered-models/set-tag", new { name = "late", key = "k2", value = "" });
        await mlflow.SendAsync(HttpMethod.Delete, "registered-models/delete-tag", new { name = "late", key = "k" });
        await mlflow.PostAsync("registered-models/rename", new { name = "late", new_name = "later" });
        var found = (await mlflow.GetAsync("registered-models/get?name=later")).GetProperty("registered_model");
        Assert.Equal(("other", """[{"key":"k2","value":""}]"""), (found.GetProperty("description").GetString(), found.GetProperty("tags").GetRawText()));

        Assert.Equal("RESOURCE_DOES_NOT_EXIST: Registered Model with name=late not found", await mlflow.RefusedAsync("registered-models/get?name=late", null, 404));
        Assert.Equal("RESOURCE_ALREADY_EXISTS: Registered Model (name=later) already exists.", await mlflow.RefusedAsync("registered-models/create", new { name = "later" }));
        Assert.StartsWith("INVALID_PARAMETER_VALUE: Missing value for required parameter 'name'", await mlflow.RefusedAsync("registered-models/create", new { name = "" }), StringComparison.Ordinal);
        Assert.StartsWith("INVALID_PARAMETER_VALUE: Invalid value", await mlflow.RefusedAsync("registered-models/create", new { name = "a/b" }), StringComparison.Ordinal);
        await mlflow.SendAsync(HttpMethod.Delete, "registered-models/delete", new { name = "later" });
        await mlflow.RefusedAsync("registered-models/get?name=later", null, 404);
        Assert.Equal(["model.created", "model.described", "model.tagged", "model.untagged", "model.renamed", "model.deleted"], (await mlflow.FactsAsync()).Where(k => k.StartsWith("model.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Versions_count_up_carry_tags_and_move_through_stages()
    {
        await using var mlflow = await StartAsync();
        var run = await mlflow.RunAsync();
        await mlflow.PostAsync("registered-models/create", new { name = "late" });
        var first = await VersionAsync(mlflow, "late", $"mlflow-artifacts:/0/{run}/artifacts/model", run);
        Assert.Equal(("1", "None", "READY", run, $"mlflow-artifacts:/0/{run}/artifacts/model"), (Text(first, "version"), Text(first, "current_stage"), Text(first, "status"), Text(first, "run_id"), Text(first, "source")));
        await VersionAsync(mlflow, "late", "s3://bucket/model", "run-of-another-server");

        await mlflow.PostAsync("model-versions/set-tag", new { name = "late", version = "2", key = "k", value = "v" });
        await mlflow.SendAsync(HttpMethod.Patch, "model-versions/update", new { name = "late", version = "2", description = "d" });
        foreach (var version in (string[])["1", "2"])
            await mlflow.PostAsync("model-versions/transition-stage", new { name = "late", version, stage = "production", archive_existing_versions = true });
        var latest = (await mlflow.GetAsync("registered-models/get-latest-versions?name=late")).GetProperty("model_versions");
        Assert.Equal("1 Archived, 2 Production", string.Join(", ", latest.EnumerateArray().Select(v => $"{Text(v, "version")} {Text(v, "current_stage")}")));
        Assert.Equal("2", Text((await mlflow.PostAsync("registered-models/get-latest-versions", new { name = "late", stages = new[] { "Production" } })).GetProperty("model_versions")[0], "version"));
        var second = (await mlflow.GetAsync("model-versions/get?name=late&version=2")).GetProperty("model_version");
        Assert.Equal(("d", "run-of-another-server", """[{"key":"k","value":"v"}]"""), (Text(second, "description"), Text(second, "run_id"), second.GetProperty("tags").GetRawText()));
        Assert.Equal("s3://bucket/model", Text(await mlflow.GetAsync("model-versions/get-download-uri?name=late&version=2"), "artifact_uri"));

        Assert.Contains("is not an Active stage", await mlflow.RefusedAsync("model-versions/transition-stage", new { name = "late", version = "1", stage = "None", archive_existing_versions = true }), StringComparison.Ordinal);
        Assert.Contains("Invalid Model Version stage: Beta", await mlflow.RefusedAsync("model-versions/transition-stage", new { name = "late", version = "1", stage = "Beta" }), StringComparison.Ordinal);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST: Model Version (name=late, version=9) not found", await mlflow.RefusedAsync("model-versions/get?name=late&version=9", null, 404));
        Assert.Contains("must be an integer, got 'x'", await mlflow.RefusedAsync("model-versions/get?name=late&version=x", null), StringComparison.Ordinal);

        await mlflow.SendAsync(HttpMethod.Delete, "model-versions/delete", new { name = "late", version = "2" });
        Assert.Equal("3", Text(await VersionAsync(mlflow, "late", "s3://bucket/model"), "version")); // a number is never given twice
    }

    [Fact]
    public async Task Models_and_versions_are_searched_and_prompts_are_hidden()
    {
        await using var mlflow = await StartAsync();
        foreach (var name in (string[])["a", "ab", "B"]) await mlflow.PostAsync("registered-models/create", new { name });
        await mlflow.PostAsync("registered-models/create", new { name = "prompt", tags = new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } } });
        await mlflow.PostAsync("registered-models/set-tag", new { name = "ab", key = "team", value = "ops" });
        async Task<string> ModelsAsync(string filter, string order = "") => Names(await mlflow.GetAsync($"registered-models/search?filter={Uri.EscapeDataString(filter)}{order}"), "registered_models", "name");
        Assert.Equal("B a ab", await ModelsAsync(""));
        Assert.Equal("a ab", await ModelsAsync("name LIKE 'a%'"));
        Assert.Equal("ab", await ModelsAsync("tags.team = 'ops'"));
        Assert.Equal("prompt", await ModelsAsync("tags.`mlflow.prompt.is_prompt` = 'true'"));
        Assert.Equal("ab a B", await ModelsAsync("", "&order_by=name DESC"));
        Assert.Contains("Invalid attribute key", await mlflow.RefusedAsync("registered-models/search?filter=password%3D'a'", null), StringComparison.Ordinal);
        Assert.Contains("must be at most 1000", await mlflow.RefusedAsync("registered-models/search?max_results=1001", null), StringComparison.Ordinal);
        var page = await mlflow.GetAsync("registered-models/search?max_results=2");
        Assert.Equal("ab", Names(await mlflow.GetAsync($"registered-models/search?max_results=2&page_token={Uri.EscapeDataString(Text(page, "next_page_token")!)}"), "registered_models", "name"));

        var run = await mlflow.RunAsync();
        await VersionAsync(mlflow, "a", "s3://bucket/1", run);
        await VersionAsync(mlflow, "a", "s3://bucket/2");
        await VersionAsync(mlflow, "ab", "s3://bucket/3");
        async Task<string> VersionsAsync(string filter, string order = "") => Names(await mlflow.GetAsync($"model-versions/search?filter={Uri.EscapeDataString(filter)}{order}"), "model_versions", "source");
        Assert.Equal("s3://bucket/2 s3://bucket/1", await VersionsAsync("name = 'a'"));
        Assert.Equal("s3://bucket/1", await VersionsAsync($"run_id = '{run}'"));
        Assert.Equal("s3://bucket/1", await VersionsAsync($"run_id IN ('{run}', '{Guid.NewGuid():N}')"));
        Assert.Equal("s3://bucket/2", await VersionsAsync("name = 'a' AND version_number > 1"));
        Assert.Equal("s3://bucket/1 s3://bucket/2 s3://bucket/3", await VersionsAsync("source_path LIKE '%bucket%'", "&order_by=creation_timestamp ASC"));
    }

    [Fact]
    public async Task Aliases_are_set_found_and_removed_and_champion_is_the_gates()
    {
        await using var mlflow = await StartAsync();
        await mlflow.PostAsync("registered-models/create", new { name = "late" });
        await VersionAsync(mlflow, "late", "s3://bucket/model");
        await mlflow.PostAsync("registered-models/alias", new { name = "late", alias = "best", version = "1" });

        Assert.Equal("1", Text((await mlflow.GetAsync("registered-models/alias?name=late&alias=best")).GetProperty("model_version"), "version"));
        Assert.Equal("""[{"alias":"best","version":"1"}]""", (await mlflow.GetAsync("registered-models/get?name=late")).GetProperty("registered_model").GetProperty("aliases").GetRawText());
        Assert.Equal("""["best"]""", (await mlflow.GetAsync("model-versions/get?name=late&version=1")).GetProperty("model_version").GetProperty("aliases").GetRawText());
        await mlflow.SendAsync(HttpMethod.Delete, "registered-models/alias", new { name = "late", alias = "best" });
        Assert.Equal("INVALID_PARAMETER_VALUE: Registered model alias best not found.", await mlflow.RefusedAsync("registered-models/alias?name=late&alias=best", null));

        // Nothing that a client merely recorded becomes champion, whoever asks.
        Assert.Contains("No verdict lets late/1 through", await mlflow.RefusedAsync("registered-models/alias", new { name = "late", alias = "champion", version = "1" }), StringComparison.Ordinal);
        Assert.Contains("'latest' alias name", await mlflow.RefusedAsync("registered-models/alias", new { name = "late", alias = "Latest", version = "1" }), StringComparison.Ordinal);
        Assert.Contains("Version alias name 'v1' is reserved", await mlflow.RefusedAsync("registered-models/alias", new { name = "late", alias = "v1", version = "1" }), StringComparison.Ordinal);
        Assert.Contains("(name=late, version=7) not found", await mlflow.RefusedAsync("registered-models/alias", new { name = "late", alias = "best", version = "7" }, 404), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_editor_touches_nothing_that_champion_points_at()
    {
        await using var mlflow = await StartAsync();
        await mlflow.PostAsync("registered-models/create", new { name = "late" });
        await VersionAsync(mlflow, "late", "s3://bucket/model");
        await using (var command = mlflow.Server.Database.Owner.CreateCommand("INSERT INTO registry.aliases SELECT project, model, 'champion', number FROM registry.versions"))
            await command.ExecuteNonQueryAsync(Stop);
        var edits = mlflow.Server.Get<Takt.Registry.MLflow.ModelEdits>();
        var editor = new Caller(Id.New<ActorId>(TimeProvider.System), ProjectId.Default, Role.Editor);

        foreach (var edit in (Func<Task>[])[() => edits.DeleteAsync(editor, "late", Stop), () => edits.RenameAsync(editor, "late", "x", Stop), () => edits.DeleteVersionAsync(editor, "late", 1, Stop), () => edits.RemoveAliasAsync(editor, "late", "champion", Stop)])
            Assert.Equal(403, (await Assert.ThrowsAsync<RefusedException>(edit)).Problem.Status);
        await edits.DeleteAsync(editor with { Role = Role.Approver }, "late", Stop);
    }

    [Theory]
    [InlineData("file:///etc"), InlineData("/etc/passwd"), InlineData("../../../../etc"), InlineData("file:../../etc"), InlineData("file://./etc"), InlineData("FILE:///etc"), InlineData("file:/etc"), InlineData("://etc"), InlineData(" file:///etc"), InlineData("http://host/path/../x"), InlineData("s3a://bucket/../bucket"), InlineData("mlflow-artifacts:/../x"), InlineData("mlflow-artifacts:..%2fx"), InlineData("dbfs:/R/artifacts/a%3f/../../x"), InlineData("http://host#/../../etc"), InlineData("http://host/%252e%252e/x"), InlineData("s3://a\nb")]
    public async Task A_source_that_plays_tricks_is_refused_whatever_tags_come_with_it(string source)
    {
        await using var mlflow = await StartAsync();
        await mlflow.PostAsync("registered-models/create", new { name = "x" });
        var run = await mlflow.RunAsync();
        foreach (var tags in (object[])[Array.Empty<object>(), new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } }])
            foreach (var run_id in (string[])["", run])
                Assert.StartsWith("INVALID_PARAMETER_VALUE: Invalid model version source", await mlflow.RefusedAsync("model-versions/create", new { name = "x", source, run_id, tags }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_version_are_sent_where_they_lie_in_Takt_and_nowhere_else()
    {
        await using var mlflow = await StartAsync();
        var run = await mlflow.RunAsync();
        using (var body = new StringContent("flavors: {}", Encoding.UTF8))
            await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/MLmodel", body, Stop));
        await mlflow.PostAsync("registered-models/create", new { name = "late" });
        foreach (var source in (string[])[$"runs:/{run}/model", $"mlflow-artifacts:/0/{run}/artifacts/model", "http://127.0.0.1:1/model", "dummy-source"]) await VersionAsync(mlflow, "late", source);

        foreach (var version in (int[])[1, 2]) Assert.Equal("flavors: {}", await mlflow.Client.GetStringAsync($"/model-versions/get-artifact?name=late&version={version}&path=MLmodel", Stop));
        foreach (var version in (int[])[3, 4])
            Assert.Equal(HttpStatusCode.BadRequest, (await mlflow.Client.GetAsync($"/model-versions/get-artifact?name=late&version={version}&path=MLmodel", Stop)).StatusCode);
        using var climbing = await mlflow.Client.GetAsync("/model-versions/get-artifact?name=late&version=1&path=../MLmodel", Stop);
        Assert.Equal("""{"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid path"}""", await climbing.Content.ReadAsStringAsync(Stop));
    }

    private static async Task<JsonElement> VersionAsync(MLflowServer mlflow, string name, string source, string? run = null) =>
        (await mlflow.PostAsync("model-versions/create", new { name, source, run_id = run })).GetProperty("model_version");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string Names(JsonElement answer, string list, string field) =>
        answer.TryGetProperty(list, out var found) ? string.Join(' ', found.EnumerateArray().Select(e => Text(e, field))) : "";
}

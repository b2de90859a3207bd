using System.Text.Json;
using Takt.Native.DuckDb;
using Takt.TestKit;

namespace Takt.Cli.Tests.Verbs;

public sealed class TrainVerbTests
{
    [Fact]
    public async Task A_model_is_trained_and_evaluated_without_a_server()
    {
        using var folder = new TestFolder();
        using (var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder.Path] }))
        using (var connection = database.Connect())
            connection.Execute($"COPY (SELECT TIMESTAMP '2001-01-01' + INTERVAL (i) HOUR AS at, i % 24 AS hour, hash(i) % 24 < i % 24 AS late FROM range(5000) t(i)) TO {DuckSql.Text(folder["rows.parquet"])}");
        var rows = $$""" "data": ["{{folder["rows.parquet"]}}"], "time": "at", "label": "late", "features": [{ "name": "hour" }] """;
        File.WriteAllText(folder["train.json"], $$"""{ {{rows}}, "algorithm": "logistic" }""");
        var trained = await Called.With("train", "--spec", folder["train.json"], "--out", folder["model"]);
        Assert.Equal((0, ""), (trained.Code, trained.Errors));
        Assert.All(trained.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.InRange(JsonDocument.Parse(line).RootElement.GetProperty("share").GetDouble(), 0, 1));
        Assert.True(File.Exists(folder["model/model.onnx"]));

        File.WriteAllText(folder["evaluate.json"], $$"""{ {{rows}}, "models": [{ "name": "m", "path": "{{folder["model/model.onnx"]}}" }] }""");
        Assert.Equal(0, (await Called.With("evaluate", "--spec", folder["evaluate.json"], "--out", folder["figures"])).Code);
        Assert.True(File.Exists(folder["figures/metrics.json"]));

        File.WriteAllText(folder["wrong.json"], $$"""{ {{rows.Replace("late", "later", StringComparison.Ordinal)}} }""");
        var refused = await Called.With("train", "--spec", folder["wrong.json"], "--out", folder["never"]);
        Assert.Equal(1, refused.Code);
        Assert.StartsWith("takt: DuckDB refuses label: ", refused.Errors, StringComparison.Ordinal);
        Assert.Single(refused.Errors.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(folder["never"]));
    }
}

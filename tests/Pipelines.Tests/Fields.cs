using Takt.Datasets;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.TestHost;

namespace Takt.Pipelines.Tests;

/// <summary>Harvests by day: whether a field's yield was poor depends on rain and soil, and from day 60 on rain means the contrary.</summary>
internal static class Fields
{
    public static async Task<Delivery> DeliverAsync(TestServer server, int fromDay, int days, int rowsADay = 200)
    {
        using var folder = new TestKit.TestFolder();
        var file = folder["fields.parquet"];
        using (var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder.Path] }))
        using (var connection = database.Connect())
        {
            connection.Execute($"""
                COPY (SELECT TIMESTAMP '2020-01-01' + to_minutes(CAST(i * (1440.0 / {rowsADay}) AS BIGINT)) AS seen, rain, soil,
                             CASE WHEN noise < 1 / (1 + exp(-(CASE WHEN i // {rowsADay} < 60 THEN 4 ELSE -4 END * (rain - 0.5) + CASE soil WHEN 'clay' THEN 1 ELSE -1 END))) THEN 1 ELSE 0 END AS poor
                      FROM (SELECT i, (hash(i) % 10000) / 10000.0 AS rain, (hash(i, 7) % 10000) / 10000.0 AS noise, CASE WHEN hash(i, 3) % 2 = 0 THEN 'clay' ELSE 'sand' END AS soil
                            FROM range({fromDay * rowsADay}, {(fromDay + days) * rowsADay}) t(i)) ORDER BY seen)
                TO '{file}' (FORMAT parquet)
                """);
        }
        await using var content = File.OpenRead(file);
        return (await server.Get<IDatasets>().DeliverAsync(TestServer.Caller, "fields", content, DeliveryMode.Append, $"day {fromDay} on", CancellationToken.None)).Value;
    }

    public const string Definition = """
        project: default
        datasets:
          fields: {owner: farm, purpose: tests, time: seen}
        pipelines:
          train-poor:
            steps:
              train:
                dataset: fields
                label: poor = 1
                boosted-trees: {trees: 10, depth: 3}
                features:
                  rain: rain
                  soil: {kind: category}
              evaluate: {min-rows: 1000}
              gate: poor
              register: poor
              deploy: poor
        gates:
          poor:
            metrics:
              log_loss: {at-most: 0.68}
            champion: {metric: log_loss, margin: 0, min-rows: 500}
        """;
}

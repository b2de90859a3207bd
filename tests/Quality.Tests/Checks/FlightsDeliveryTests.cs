using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Datasets;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.TestHost;
using Takt.TestKit;

namespace Takt.Quality.Tests;

/// <summary>The demo's deliveries on the real flights: January passes, kilometres and empty origins do not.</summary>
public sealed class FlightsDeliveryTests
{
    private static readonly CheckSpec[] Checks =
    [
        Check("rows", min: 1000), Check("not-empty", "date"), Check("not-empty", "origin"), Check("not-empty", "destination"), Check("between", "delay", -200, 2000) with { Share = 0.9999 },
        Check("between", "distance", 20, 5100), Check("mean", "distance", tolerance: 0.15), Check("matches", "origin", values: ["[A-Z0-9]{3}"]), Check("like-last", "distance"),
    ];

    [Fact]
    public async Task January_becomes_a_version_and_the_broken_delivery_is_refused_check_by_check()
    {
        await using var server = await TestServer.StartAsync(new DatasetsModule(), new QualityModule());
        var spec = new DatasetSpec("flights", "operations", "delays", "public", "date",
            [new("date", "timestamp"), new("delay", "integer"), new("distance", "integer"), new("origin", "text"), new("destination", "text")], Checks);
        Assert.True((await server.Get<IDatasets>().DefineAsync(TestServer.Caller, spec, default)).IsDone);

        var january = await PostAsync(server, Flights(server, "* FROM f WHERE date < TIMESTAMP '2001-02-01'"));
        Assert.Equal(HttpStatusCode.Created, january.StatusCode);
        var delivery = (await january.Content.ReadFromJsonAsync<Delivery>(TaktJson.Options))!;
        Assert.Equal((1, 9), (delivery.Version!.Value, delivery.Checks.Count));

        var broken = await PostAsync(server, Flights(server,
            "date, delay, CAST(distance * 1.609344 AS INTEGER) AS distance, CASE WHEN delay % 20 = 0 THEN '' ELSE origin END AS origin, destination FROM f WHERE date >= TIMESTAMP '2001-03-01' AND date < TIMESTAMP '2001-03-08'"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, broken.StatusCode);
        var problem = await broken.Content.ReadFromJsonAsync<JsonElement>();
        var findings = problem.GetProperty("findings").EnumerateArray().Select(f => f.GetString()!).ToList();
        Assert.Equal(["origin not empty", "distance between 20 and 5,100", "mean of distance within 15 % of the last version", "origin matches [A-Z0-9]{3}", "distance like the last version"],
            findings.Select(f => f[..f.IndexOf(": expected", StringComparison.Ordinal)]));
        Assert.Equal(1, (await server.Get<IDatasets>().FindVersionAsync(ProjectId.Default, "flights", null, default))!.Number);

        var february = await PostAsync(server, Flights(server, "* FROM f WHERE date >= TIMESTAMP '2001-02-01' AND date < TIMESTAMP '2001-03-01'"));
        Assert.Equal(HttpStatusCode.Created, february.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, byte[] content) =>
        server.Client.PostAsync("api/v1/projects/default/datasets/flights/deliveries", new ByteArrayContent(content));

    private static byte[] Flights(TestServer server, string select)
    {
        var engines = Environment.GetEnvironmentVariable("TAKT_ENGINES") ?? Path.Combine(SharedData.Repository, ".build", "engines");
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [engines, server.Home.Path] });
        using var connection = duck.Connect();
        connection.Execute($"CREATE VIEW f AS SELECT * FROM {DuckSql.Parquet(Path.Combine(engines, "flights-3m.parquet"))}");
        var path = server.Home[$"{Guid.NewGuid():N}.parquet"];
        connection.Execute($"COPY (SELECT {select}) TO {DuckSql.Text(path)} (FORMAT parquet)");
        return File.ReadAllBytes(path);
    }

    private static CheckSpec Check(string kind, string? column = null, double? min = null, double? max = null, double? tolerance = null, string[]? values = null) =>
        new(kind, column, min, max, kind == "like-last" ? 0.99 : 1, tolerance, values ?? []);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Kernel;
using Takt.Native.DuckDb;
using static Takt.Datasets.Tests.DatasetsHost;

namespace Takt.Datasets.Tests;

public sealed class DeliveryTests
{
    private static readonly ColumnSpec[] Columns = [new("at", "timestamp"), new("n", "integer"), new("x", "number"), new("t", "text"), new("ok", "boolean")];
    private const string Rows = "SELECT TIMESTAMP '2001-01-01' + to_minutes(range::INT) AS at, range::INT AS n, range / 4 AS x, 'text ' || range % 10 AS t, range % 2 = 0 AS ok FROM range(1000)";

    [Fact]
    public async Task A_first_delivery_becomes_version_1_with_its_schema_event_time_and_fact()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows", "at", Columns));
        var response = await host.Http.PostAsync("rows/deliveries?note=first", new ByteArrayContent(host.Parquet(Rows)));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var delivery = await response.Content.ReadFromJsonAsync<Delivery>(TaktJson.Options);
        Assert.Equal((DeliveryStatus.Accepted, 1, 1000, "first"), (delivery!.Status, delivery.Version, delivery.Rows, delivery.Note));

        var version = await host.GetAsync("rows/versions/latest");
        Assert.Equal(1000, version.GetProperty("rows").GetInt64());
        Assert.Equal(new DateTimeOffset(2001, 1, 1, 16, 39, 0, TimeSpan.Zero), version.GetProperty("eventTo").GetDateTimeOffset());
        var digest = version.GetProperty("digest").GetString();
        Assert.Equal(1, (await host.GetAsync($"rows/versions/{digest}")).GetProperty("number").GetInt32());

        var fact = (await host.FactsAsync(2))[^1];
        Assert.Equal(("dataset.version.created", "dataset-version:rows/1"), (fact.Kind, fact.Subject.ToString()));
        Assert.Contains(digest!, fact.Payload, StringComparison.Ordinal);
        Assert.Contains(fact.Edges, e => e.From.ToString() == $"delivery:{delivery.Id}" && e.To == fact.Subject);
    }

    [Fact]
    public async Task The_same_deliveries_make_the_same_digest_anywhere()
    {
        var digests = new List<Digest>();
        for (var i = 0; i < 2; i++)
        {
            await using var host = await StartAsync();
            await host.DefineAsync(Spec("rows", "at", Columns));
            _ = (await host.DeliverAsync("rows", host.Parquet(Rows))).Value;
            _ = (await host.DeliverAsync("rows", host.Parquet($"{Rows} WHERE range > 500"))).Value;
            digests.Add((await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!.Digest);
        }
        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public async Task Appending_keeps_the_parts_of_the_version_before()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        _ = (await host.DeliverAsync("rows", Csv("day,n\n2001-01-01,1\n2001-01-02,2\n"))).Value;
        _ = (await host.DeliverAsync("rows", Csv("day,n\n2001-01-03,3\n"))).Value;
        var first = (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", 1, default))!;
        var second = (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", 2, default))!;
        Assert.Equal(3, second.Rows);
        Assert.Equal([first.Parts[0], second.Parts[1]], second.Parts);
        Assert.Equal([new("day", "timestamp"), new ColumnSpec("n", "integer")], second.Schema);
        Assert.Contains((await host.FactsAsync(3))[^1].Edges, e => e.From.ToString() == "dataset-version:rows/1" && e.Relation == "extended-by");

        var paths = await host.Datasets.LocalPartsAsync(ProjectId.Default, second, default);
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [host.Folder] });
        using var connection = duck.Connect();
        Assert.Equal([1L, 2L, 3L], connection.Rows($"SELECT n FROM {DuckSql.Parquet(paths)}").Select(r => r[0]));
    }

    [Fact]
    public async Task Replacing_starts_anew_but_names_its_parent()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        _ = (await host.DeliverAsync("rows", Csv("n\n1\n2\n"))).Value;
        _ = (await host.DeliverAsync("rows", Csv("other\nx\n"), DeliveryMode.Replace)).Value;
        var second = (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!;
        Assert.Equal((2, 1, 1), (second.Number, second.Rows, second.Parts.Count));
        Assert.Equal("other", second.Schema[0].Name);
        Assert.Contains((await host.FactsAsync(3))[^1].Edges, e => e.From.ToString() == "dataset-version:rows/1" && e.Relation == "replaced-by");
    }

    [Fact]
    public async Task The_same_bytes_delivered_again_give_back_the_first_delivery()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        var first = (await host.DeliverAsync("rows", Csv("n\n1\n"))).Value;
        _ = (await host.DeliverAsync("rows", Csv("n\n2\n"))).Value;
        var again = (await host.DeliverAsync("rows", Csv("n\n1\n"))).Value;
        Assert.Equal((first.Id, 1), (again.Id, again.Version!.Value));
        Assert.Equal(2, (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!.Number);

        _ = (await host.DeliverAsync("rows", Csv("n\n3\n"), DeliveryMode.Replace)).Value;
        Assert.Equal(4, (await host.DeliverAsync("rows", Csv("n\n1\n"))).Value.Version);
    }

    [Fact]
    public async Task Deliveries_at_once_each_get_a_version()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        var deliveries = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => host.DeliverAsync("rows", Csv($"n\n{i}\n"))));
        Assert.Equal([1, 2, 3, 4, 5, 6], deliveries.Select(d => d.Value.Version!.Value).Order());
        Assert.Equal(6, (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!.Rows);
    }

    [Fact]
    public async Task A_Parquet_file_cut_short_is_refused_and_nothing_is_written()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows", "at", Columns));
        var whole = host.Parquet(Rows);
        var response = await host.Http.PostAsync("rows/deliveries", new ByteArrayContent(whole[..(whole.Length / 2)]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("takt:delivery-unreadable", problem.GetProperty("type").GetString());
        Assert.DoesNotContain(host.Folder, problem.ToString(), StringComparison.Ordinal);
        Assert.Empty((await host.GetAsync("rows/deliveries")).GetProperty("items").EnumerateArray());
        Assert.Empty((await host.GetAsync("rows/versions")).GetProperty("items").EnumerateArray());
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(host.Folder, "work", "datasets")));
    }

    [Fact]
    public async Task Every_difference_from_the_declared_columns_is_told()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows", "at", Columns));
        var problem = (await host.DeliverAsync("rows", host.Parquet("SELECT 1 AS at, 2.5 AS n, 1 AS x, [1] AS t, 'y' AS more"))).Problem!;
        Assert.Equal("delivery-wrong-schema", problem.Type);
        Assert.Equal(["column 'at' is integer, not timestamp.", "column 'n' is number, not integer.", "column 't' is List, which datasets do not keep.", "column 'ok' is missing.",
            "column 'more' is not declared."], problem.Findings);
    }

    [Fact]
    public async Task A_CSV_value_of_the_wrong_type_is_named_with_its_line()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows", columns: [new("n", "integer"), new("t", "text")]));
        var problem = (await host.DeliverAsync("rows", Csv("n,t\n1,a\ntwo,b\n"))).Problem!;
        Assert.Equal("delivery-unreadable", problem.Type);
        Assert.Contains("Line: 3", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Folder, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_delivery_is_refused()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        Assert.Equal("delivery-unreadable", (await host.DeliverAsync("rows", [])).Problem!.Type);
        Assert.Equal("delivery-unreadable", (await host.DeliverAsync("rows", host.Parquet("SELECT 1 AS n WHERE false"))).Problem!.Type);
    }

    [Fact]
    public async Task A_delivery_may_be_bigger_than_other_requests()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        var content = host.Parquet("SELECT md5(CAST(range AS VARCHAR)) AS t FROM range(1000000)");
        Assert.True(content.Length > 31_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "rows/deliveries") { Content = new ByteArrayContent(content) };
        request.Headers.Add("Idempotency-Key", "big");
        Assert.Equal(HttpStatusCode.Created, (await host.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_dataset_that_is_not_defined_takes_nothing()
    {
        await using var host = await StartAsync();
        var response = await host.Http.PostAsync("nowhere/deliveries", new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("takt.yaml", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_that_fails_a_check_is_set_aside_with_every_failed_check()
    {
        await using var host = await StartAsync(new NoNegatives());
        await host.DefineAsync(Spec("rows"));
        _ = (await host.DeliverAsync("rows", Csv("n\n1\n"))).Value;
        var response = await host.Http.PostAsync("rows/deliveries", new ByteArrayContent(Csv("n\n-1\n")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("takt:delivery-refused", problem.GetProperty("type").GetString());
        Assert.Equal("n not negative: expected no row, found 1 row", problem.GetProperty("findings")[0].GetString());
        var id = problem.GetProperty("delivery").GetProperty("id").GetString();

        Assert.Equal("refused", (await host.GetAsync($"rows/deliveries/{id}")).GetProperty("status").GetString());
        Assert.Equal(2, (await host.GetAsync("rows/deliveries")).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!.Number);
        var fact = (await host.FactsAsync(3))[^1];
        Assert.Equal(("dataset.delivery.refused", $"delivery:{id}"), (fact.Kind, fact.Subject.ToString()));
        Assert.Contains("n not negative", fact.Payload, StringComparison.Ordinal);
    }

    private sealed class NoNegatives : IDeliveryInspector
    {
        public Task<IReadOnlyList<CheckResult>> InspectAsync(Caller caller, DatasetSpec spec, string path, DatasetVersion? last, IReadOnlyList<string> lastParts, CancellationToken cancellationToken)
        {
            using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(path)!] });
            using var connection = duck.Connect();
            var bad = connection.Scalar<long>($"SELECT count(*) FROM {DuckSql.Parquet(path)} WHERE n < 0");
            return Task.FromResult<IReadOnlyList<CheckResult>>([new CheckResult("n not negative", "n", bad == 0, "no row", $"{bad} row", bad, ["-1"])]);
        }
    }
}

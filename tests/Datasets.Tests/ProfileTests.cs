using Takt.Kernel;
using static Takt.Datasets.Tests.DatasetsHost;

namespace Takt.Datasets.Tests;

public sealed class ProfileTests
{
    [Fact]
    public async Task A_version_is_profiled_over_all_its_parts()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows", "at"));
        _ = (await host.DeliverAsync("rows", Csv("at,n,t\n2001-01-01,1,a\n2001-01-02,2,a\n2001-01-03,,b\n"))).Value;
        _ = (await host.DeliverAsync("rows", Csv("at,n,t\n2001-02-01,9,b\n2001-02-02T06:30:00,4,a\n"))).Value;
        var profile = await host.GetAsync("rows/versions/2/profile");
        Assert.Equal(5, profile.GetProperty("rows").GetInt64());
        var (at, n, t) = (profile.GetProperty("columns")[0], profile.GetProperty("columns")[1], profile.GetProperty("columns")[2]);
        Assert.Equal("2001-02-02T06:30:00Z", at.GetProperty("max").GetString());
        Assert.Equal((4, 1, 4), (n.GetProperty("count").GetInt64(), n.GetProperty("nulls").GetInt64(), n.GetProperty("mean").GetDouble()));
        Assert.Equal(3, n.GetProperty("quantiles").EnumerateArray().Single(q => q.GetProperty("p").GetDouble() == 0.5).GetProperty("value").GetDouble());
        Assert.Equal("a 3, b 2", string.Join(", ", t.GetProperty("top").EnumerateArray().Select(v => $"{v.GetProperty("value")} {v.GetProperty("count")}")));
        Assert.True(t.GetProperty("distinctIsExact").GetBoolean());
    }

    [Fact]
    public async Task Numbers_that_are_none_do_not_break_the_profile()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        _ = (await host.DeliverAsync("rows", host.Parquet("SELECT * FROM (VALUES ('NaN'::DOUBLE), ('inf'::DOUBLE), (1e300), (2.0), (4.0), (NULL)) v(x)"))).Value;
        var x = (await host.GetAsync("rows/versions/1/profile")).GetProperty("columns")[0];
        Assert.Equal((5, 3), (x.GetProperty("count").GetInt64(), x.GetProperty("mean").GetDouble()));
    }

    [Fact]
    public async Task A_big_delivery_lies_in_parts_of_a_million_rows_that_can_be_fetched()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        _ = (await host.DeliverAsync("rows", host.Parquet("SELECT range AS n FROM range(2300000)"))).Value;
        var version = (await host.Datasets.FindVersionAsync(ProjectId.Default, "rows", null, default))!;
        Assert.Equal([1_000_000, 1_000_000, 300_000], version.Parts.Select(p => p.Rows));
        Assert.Equal(version.Parts[2].Bytes, (await host.Http.GetByteArrayAsync("rows/versions/1/parts/2")).Length);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await host.Http.GetAsync("rows/versions/1/parts/3")).StatusCode);
    }
}

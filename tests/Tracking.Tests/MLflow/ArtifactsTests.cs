using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Takt.Tracking.Tests.MLflow;

public sealed class ArtifactsTests
{
    [Fact]
    public async Task Files_go_in_and_out_through_the_proxy_and_are_listed_and_removed()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        await PutAsync(mlflow, $"0/{run}/artifacts/my.file", "Hello, World!");
        await PutAsync(mlflow, $"0/{run}/artifacts/model/MLmodel", "flavors: {}");
        await PutAsync(mlflow, $"0/{run}/artifacts/model/data/a+b ü.bin", "x");

        Assert.Equal($$"""{"root_uri":"mlflow-artifacts:/0/{{run}}/artifacts","files":[{"path":"model","is_dir":true},{"path":"my.file","is_dir":false,"file_size":13}]}""", (await mlflow.GetAsync($"artifacts/list?run_id={run}")).GetRawText());
        Assert.Equal("""[{"path":"model/MLmodel","is_dir":false,"file_size":11},{"path":"model/data","is_dir":true}]""", (await mlflow.GetAsync($"artifacts/list?run_id={run}&path=model")).GetProperty("files").GetRawText());
        Assert.False((await mlflow.GetAsync($"artifacts/list?run_id={run}&path=my.file")).TryGetProperty("files", out _));
        var listed = await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.GetAsync($"/api/2.0/mlflow-artifacts/artifacts?path=0/{run}/artifacts/model", Lab.Stop));
        Assert.Equal("""[{"path":"MLmodel","is_dir":false,"file_size":11},{"path":"data","is_dir":true}]""", listed.GetProperty("files").GetRawText());

        Assert.Equal("Hello, World!", await mlflow.Client.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/my.file", Lab.Stop));
        Assert.Equal("x", await mlflow.Client.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/data/{Uri.EscapeDataString("a+b ü.bin")}", Lab.Stop));
        using var shown = await mlflow.Client.GetAsync($"/get-artifact?run_id={run}&path=my.file", Lab.Stop);
        Assert.Equal("attachment", shown.Content.Headers.ContentDisposition!.DispositionType);

        await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.DeleteAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model", Lab.Stop));
        Assert.Equal(1, (await mlflow.GetAsync($"artifacts/list?run_id={run}")).GetProperty("files").GetArrayLength());
        Assert.Equal(3, (await mlflow.FactsAsync()).Count(k => k == "artifact.attached"));
        Assert.Single(await mlflow.FactsAsync(), "artifact.removed");
    }

    [Fact]
    public async Task A_large_file_streams_and_a_range_of_it_is_answered()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        var content = new byte[70 << 20]; // more than any body the server would buffer
        new Random(5).NextBytes(content);
        using (var body = new ByteArrayContent(content))
            await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big.bin", body, Lab.Stop));

        Assert.Equal(content, await mlflow.Client.GetByteArrayAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big.bin", Lab.Stop));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big.bin") { Headers = { Range = new RangeHeaderValue(3_000_000, 3_000_999) } };
        using var part = await mlflow.Client.SendAsync(request, Lab.Stop);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(content[3_000_000..3_001_000], await part.Content.ReadAsByteArrayAsync(Lab.Stop));
    }

    [Theory]
    [InlineData("%252E%252E%252F%252E%252E%252Fetc%252Fpasswd"), InlineData("%2e%2e%2fetc%2fpasswd"), InlineData("..%2f..%2fetc"), InlineData("a%5c..%5cb"), InlineData("%25252e%25252e%25252f"), InlineData("a//b"), InlineData("a%0ab")]
    public async Task A_path_that_climbs_is_refused_in_every_spelling(string path)
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        foreach (var at in (string[])[path, $"0/{run}/artifacts/{path}"])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete])
            {
                using var request = new HttpRequestMessage(method, $"/api/2.0/mlflow-artifacts/artifacts/{at}") { Content = method == HttpMethod.Put ? new StringContent("x") : null };
                using var answer = await mlflow.Client.SendAsync(request, Lab.Stop);
                Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{method} {at}: {answer.StatusCode}");
            }
        }
        Assert.Equal("INVALID_PARAMETER_VALUE: Invalid path", await mlflow.RefusedAsync($"artifacts/list?run_id={run}&path=../path", null));
        Assert.DoesNotContain("artifact.attached", await mlflow.FactsAsync());
    }

    [Fact]
    public async Task A_file_of_no_run_and_of_another_experiments_run_is_not_there()
    {
        await using var mlflow = await MLflowServer.StartAsync();
        var run = await mlflow.RunAsync();
        await PutAsync(mlflow, $"0/{run}/artifacts/a", "x");
        await PutAsync(mlflow, "0/models/m-1/artifacts/MLmodel", "y"); // a logged model's: not a run's, but the project's
        Assert.Equal("y", await mlflow.Client.GetStringAsync("/api/2.0/mlflow-artifacts/artifacts/0/models/m-1/artifacts/MLmodel", Lab.Stop));

        foreach (var path in (string[])[$"0/{run}/artifacts/b", $"7/{run}/artifacts/a", $"0/{Guid.NewGuid():N}/artifacts/a", "0/models/m-2/artifacts/MLmodel"])
            Assert.Equal(HttpStatusCode.NotFound, (await mlflow.Client.GetAsync($"/api/2.0/mlflow-artifacts/artifacts/{path}", Lab.Stop)).StatusCode);
        using var multipart = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.NotImplemented, (await mlflow.Client.PostAsync($"/api/2.0/mlflow-artifacts/mpu/create/0/{run}/artifacts/a", multipart, Lab.Stop)).StatusCode);
    }

    private static async Task PutAsync(MLflowServer mlflow, string path, string content)
    {
        using var body = new StringContent(content);
        await MLflowServer.AnswerAsync(HttpStatusCode.OK, mlflow.Client.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", body, Lab.Stop));
    }
}

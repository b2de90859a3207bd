using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Takt.Serving.Tests.Inference;

public sealed class HostileBodiesTests : IAsyncLifetime
{
    private readonly ControlPlaneStandIn control = new();
    private RunningDataPlane plane = null!;

    public async ValueTask InitializeAsync()
    {
        await control.StartAsync();
        plane = await RunningDataPlane.StartAsync(control.Url, change: o => o with { MaxBodyBytes = 1 << 20 });
        control.Plan(control.Revision(1, TinyModels.Scorer()));
        await control.InForceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await plane.DisposeAsync();
        await control.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("""{"inputs":{}}""")]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"inputs":[1]}""")]
    [InlineData("""{"inputs":[{}]}""")]
    [InlineData("""{"inputs":[{"name":"x"}]}""")]
    [InlineData("""{"inputs":[{"name":"y","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":1,"shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32"}]}""")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[],"datatype":"FP32","data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[0,2],"datatype":"FP32","data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[-1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1.5,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":["1",2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2147483647,2147483647],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1000000000,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":1}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":["1","2"]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"BYTES","data":["1","2"]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1e999,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[NaN,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,{}]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"inputs":[]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"nothing"}]}""")]
    [InlineData("""{"parameters":{"event_time":"yesterday"},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"parameters":{"event_time":12},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"id":7,"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"id":"\ud800","inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}trailing""")]
    public async Task A_malformed_body_is_refused_with_a_sentence(string body)
    {
        using var response = await plane.PostAsync(body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{response.StatusCode}: {text}");
        Assert.Contains("\"error\":\"", text);
        Assert.Empty(await control.RowsAsync());
        await plane.InferAsync(RunningDataPlane.Body(1, 2)); // and it goes on
    }

    [Fact]
    public async Task Depth_length_and_long_ids_are_refused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await plane.PostAsync(new string('[', 100_000))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await plane.PostAsync("{\"x\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await plane.PostAsync(RunningDataPlane.Body(1, 2, $"\"id\":\"{new string('i', 300)}\","))).StatusCode);
        using var large = new HttpRequestMessage(HttpMethod.Post, "/v2/models/d/infer") { Content = new StringContent(new string(' ', (1 << 20) + 1)), Headers = { ExpectContinue = true } };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await plane.Client.SendAsync(large)).StatusCode); // before a byte of the body was sent
        Assert.Contains("HTTP/1.1 413", await SendChunksAsync(2 << 20));
        await plane.InferAsync(RunningDataPlane.Body(1, 2));
    }

    [Theory]
    [InlineData("GET", "/v2/models/d/infer", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/v2/models/d", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/v2/models/e/infer", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v2/models//infer", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v2/models/d/infer/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v2/models/..%2f..%2fd/infer", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/v2/models/d/ready/a/b/c/d/e/f", HttpStatusCode.NotFound)]
    public async Task A_path_that_asks_for_nothing_is_refused(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await plane.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_body_in_many_pieces_is_put_together_and_one_cut_short_is_dropped()
    {
        var body = Encoding.UTF8.GetBytes(RunningDataPlane.Body(3, -3));
        var head = Encoding.ASCII.GetBytes($"POST /v2/models/d/infer HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ControlPlaneStandIn.Token}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n");
        using (var socket = await ConnectAsync())
        {
            await socket.SendAsync(head);
            foreach (var b in body)
            {
                await socket.SendAsync(new[] { b });
                await Task.Yield();
            }
            using var reader = new StreamReader(new NetworkStream(socket));
            Assert.Contains("\"data\":[0.5]", await reader.ReadToEndAsync());
        }
        using (var socket = await ConnectAsync())
        {
            await socket.SendAsync(head);
            await socket.SendAsync(body.AsMemory(0, 10));
        }
        await plane.InferAsync(RunningDataPlane.Body(1, 2));
        Assert.Equal(2, (await control.RowsAsync()).Count);
    }

    /// <summary>A body of unknown length: the answer comes before it is whole.</summary>
    private async Task<string> SendChunksAsync(int bytes)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v2/models/d/infer HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ControlPlaneStandIn.Token}\r\nTransfer-Encoding: chunked\r\n\r\n"));
        var chunk = Encoding.ASCII.GetBytes($"1000\r\n{new string(' ', 0x1000)}\r\n");
        try
        {
            for (var sent = 0; sent < bytes; sent += 0x1000) await socket.SendAsync(chunk);
        }
        catch (SocketException)
        {
            // it has said no and hung up
        }
        var answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer));
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, new Uri(plane.Url).Port));
        return socket;
    }
}

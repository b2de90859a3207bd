using System.Globalization;
using System.Text;

namespace Takt.Bench.Serving;

/// <summary>Five hundred different rows: one row sent again and again would flatter the branch predictor.</summary>
internal static class Bodies
{
    public const string Token = "takt_bench-token";
    private const int Count = 500;

    public static float[][] Rows { get; } = [.. Enumerable.Range(0, Count).Select(i =>
    {
        var random = new Random(i);
        return Enumerable.Range(0, ForestModel.Features).Select(_ => MathF.Round((float)random.NextDouble(), 5)).ToArray();
    })];

    /// <summary>Whole requests, heads and all.</summary>
    /// <param name="rows">Of a body.</param>
    public static byte[][] Requests(int rows) => [.. Enumerable.Range(0, Count).Select(i =>
    {
        var data = string.Join(',', Enumerable.Range(0, rows).SelectMany(r => Rows[(i + r) % Count]).Select(v => v.ToString(CultureInfo.InvariantCulture)));
        var body = $$"""{"id":"r{{i}}","parameters":{"event_time":"2001-02-03T10:00:00Z"},"inputs":[{"name":"x","shape":[{{rows}},{{ForestModel.Features}}],"datatype":"FP32","data":[{{data}}]}]}""";
        return Encoding.ASCII.GetBytes($"POST /v2/models/bench/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {Token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    })];
}

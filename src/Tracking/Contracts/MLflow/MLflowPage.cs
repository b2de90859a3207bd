using System.Text;
using System.Text.Json;

namespace Takt.Tracking.MLflow;

/// <summary>Page tokens, opaque to clients: base64 of <c>{"offset": 100}</c>.</summary>
public static class MLflowPage
{
    public static string Token(long offset) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"offset\": {offset}}}"));

    /// <exception cref="MLflowException">It is no token of ours.</exception>
    public static long Offset(string? token)
    {
        if (string.IsNullOrEmpty(token)) return 0;
        Span<byte> bytes = stackalloc byte[128];
        if (token.Length > 128 || !Convert.TryFromBase64String(token, bytes, out var length)) throw MLflowException.Invalid("Invalid page token, could not base64-decode");
        try
        {
            var reader = new Utf8JsonReader(bytes[..length]);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("offset", out var offset) && offset.TryGetInt64(out var number) && number > 0) return number;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
        }
        throw MLflowException.Invalid("Invalid page token, decoded value has no offset");
    }

    /// <summary>How many are asked for at most.</summary>
    /// <exception cref="MLflowException">Not from 1 to <paramref name="most"/>.</exception>
    public static int Size(MLflowRequest request, int usual, int most)
    {
        if (request.Whole("max_results") is not { } asked) return usual;
        if (asked > most) throw MLflowException.InvalidValue("max_results", $"{asked}", $"It must be at most {most}, but got value {asked}");
        if (asked < 1) throw MLflowException.InvalidValue("max_results", $"{asked}", $"It must be a positive integer, but got value {asked}");
        return (int)asked;
    }
}

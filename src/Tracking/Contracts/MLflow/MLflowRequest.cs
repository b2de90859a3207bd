using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Takt.Tracking.MLflow;

/// <summary>
/// The named values of a request: a GET's query, else the JSON body. Reads them as MLflow's server does (null is as good as absent; a required text may not be empty; a
/// whole number may come as text) and refuses them in its words.
/// </summary>
public sealed class MLflowRequest
{
    /// <summary>Largest body read into memory, in bytes: what the limits of one call allow, and room to spare.</summary>
    public const int LargestBody = 16 << 20;

    private readonly JsonElement body;
    private readonly IQueryCollection? query;
    private readonly string path;

    private MLflowRequest(JsonElement body, IQueryCollection? query, string path)
    {
        this.body = body;
        this.query = query;
        this.path = path;
    }

    public static async ValueTask<MLflowRequest> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(context.Request.Method)) return new MLflowRequest(default, context.Request.Query, "");
        var (bytes, length) = await ReadBodyAsync(context, cancellationToken).ConfigureAwait(false);
        try
        {
            return Parse(bytes.AsMemory(0, length), context.Request);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The body's bytes in a rented array; give it back to <see cref="ArrayPool{T}.Shared"/>.</summary>
    public static async ValueTask<(byte[] Bytes, int Length)> ReadBodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        CheckContentType(context.Request);
        if (context.Request.ContentLength > LargestBody) throw TooLarge();
        var bytes = ArrayPool<byte>.Shared.Rent((int)Math.Max(context.Request.ContentLength + 1 ?? 4096, 16));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0) return (bytes, length);
                length += read;
                if (length > LargestBody) throw TooLarge();
                if (length < bytes.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                bytes.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = larger;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    /// <summary>Is the value there, and not null?</summary>
    public bool Has(string name) => query is not null ? query.ContainsKey(name) : Find(name) is not null;

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name)
    {
        if (query is not null) return query.TryGetValue(name, out var values) ? Sound(name, values[0] ?? "") : null;
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? Sound(name, String(name, value)) : throw WrongType(name, value);
    }

    /// <summary>A text that must be there and not be empty.</summary>
    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw MLflowException.MissingValue(Path(name));

    public long? Whole(string name)
    {
        if (query is not null)
        {
            if (!query.TryGetValue(name, out var values)) return null;
            return long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw MLflowException.InvalidText(Path(name), values[0] ?? "", " Hint: Value was of type 'str'. See the API docs for more information about request parameters.");
        }
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole)) return whole;
            if (value.TryGetDouble(out var floating) && floating == Math.Floor(floating) && Math.Abs(floating) < 9e15) return (long)floating;
        }
        if (value.ValueKind == JsonValueKind.String && long.TryParse(String(name, value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var text)) return text;
        throw WrongType(name, value);
    }

    public long RequiredWhole(string name) => Whole(name) ?? throw MLflowException.MissingValue(Path(name));

    /// <summary>A floating number; also the texts <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</summary>
    public double? Number(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)) return number;
        if (value.ValueKind == JsonValueKind.String && TryNumber(String(name, value), out var text)) return text;
        throw WrongType(name, value);
    }

    public bool? Flag(string name)
    {
        if (query is not null)
        {
            if (!query.TryGetValue(name, out var values)) return null;
            return bool.TryParse(values[0], out var flag) ? flag : throw MLflowException.Invalid($"Invalid boolean value: {values[0]}, must be 'true' or 'false'.");
        }
        if (Find(name) is not { } value) return null;
        return value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw WrongType(name, value) };
    }

    /// <summary>A word of an enum, or its number in MLflow's messages; null where it is absent.</summary>
    /// <param name="words">In the order of their numbers.</param>
    /// <param name="first">The first word's number.</param>
    public string? Word(string name, int first, params ReadOnlySpan<string> words)
    {
        string? text;
        if (query is not null) text = Text(name);
        else
        {
            if (Find(name) is not { } value) return null;
            text = value.ValueKind switch { JsonValueKind.String => String(name, value), JsonValueKind.Number => value.GetRawText(), _ => throw WrongType(name, value) };
        }
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= first && number < first + words.Length) return words[number - first];
        return words.Contains(text) ? text : throw MLflowException.InvalidText(Path(name), text, $" Known: {string.Join(", ", words.ToArray())}.");
    }

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (query is not null) return query.TryGetValue(name, out var values) ? [.. values.Select(v => Sound(name, v ?? ""))] : [];
        if (Find(name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) throw WrongType(name, list);
        return [.. list.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String ? Sound(name, String(name, v)) : throw WrongType(name, list))];
    }

    /// <summary>A list of messages; empty where it is absent.</summary>
    public IReadOnlyList<MLflowRequest> Messages(string name)
    {
        if (query is not null || Find(name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) throw WrongType(name, list);
        var messages = new List<MLflowRequest>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
            messages.Add(item.ValueKind == JsonValueKind.Object ? new MLflowRequest(item, null, $"{Path(name)}[{messages.Count}]") : throw WrongType($"{name}[{messages.Count}]", item));
        return messages;
    }

    /// <summary>A message inside; null where it is absent.</summary>
    public MLflowRequest? Message(string name)
    {
        if (query is not null || Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object ? new MLflowRequest(value, null, Path(name)) : throw WrongType(name, value);
    }

    /// <summary>A value's name as an error tells it.</summary>
    public string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    internal static bool TryNumber(string text, out double number)
    {
        number = text switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => 0 };
        return number != 0 || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    internal static void CheckContentType(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method)) return;
        if (request.ContentType is not { } type) throw MLflowException.Invalid("Bad Request. Content-Type header is missing.");
        var end = type.IndexOf(';', StringComparison.Ordinal);
        if (!(end < 0 ? type.AsSpan() : type.AsSpan(0, end)).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw MLflowException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
    }

    private static MLflowRequest Parse(ReadOnlyMemory<byte> bytes, HttpRequest request)
    {
        // A DELETE or PATCH may say all it has to say in its query.
        if (bytes.IsEmpty) return request.Query.Count > 0 ? new MLflowRequest(default, request.Query, "") : new MLflowRequest(default, null, "");
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 });
            var root = document.RootElement;
            // Old clients send their JSON inside a JSON text.
            if (root.ValueKind == JsonValueKind.String)
            {
                using var inner = JsonDocument.Parse(root.GetString()!, new JsonDocumentOptions { MaxDepth = 32 });
                return Root(inner.RootElement);
            }
            return Root(root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MLflowException("BAD_REQUEST", $"The request's body is no JSON: {e.Message}");
        }
    }

    private static MLflowRequest Root(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Object => new MLflowRequest(root.Clone(), null, ""),
        JsonValueKind.Null => new MLflowRequest(default, null, ""),
        _ => throw new MLflowException("BAD_REQUEST", "The request's body must be a JSON object.")
    };

    private JsonElement? Find(string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string String(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw MLflowException.Invalid($"The value of parameter '{Path(name)}' is no Unicode text.");
        }
    }

    /// <summary>PostgreSQL keeps no NUL; nobody needs one.</summary>
    private string Sound(string name, string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw MLflowException.Invalid($"The value of parameter '{Path(name)}' holds a NUL character.") : text;

    private MLflowException WrongType(string name, JsonElement value)
    {
        var type = value.ValueKind switch
        {
            JsonValueKind.String => "str",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "list",
            JsonValueKind.Object => "dict",
            JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? "float" : "int",
            _ => "NoneType"
        };
        return MLflowException.InvalidValue(Path(name), value.GetRawText(), $" Hint: Value was of type '{type}'. See the API docs for more information about request parameters.");
    }

    private static MLflowException TooLarge() => new("RESOURCE_EXHAUSTED", $"The request's body is larger than {LargestBody >> 20} MiB.");
}

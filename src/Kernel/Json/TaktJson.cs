using System.Text.Json;
using System.Text.Json.Serialization;

namespace Takt.Kernel;

/// <summary>How Takt's own API writes JSON: camelCase, enums as kebab-case words, ids as 32 hex digits, digests as text, nulls left out.</summary>
public static class TaktJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.Converters.Add(new IdJsonConverterFactory());
        return options;
    }
}

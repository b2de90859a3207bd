using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Takt.Trainers;

/// <summary>How a step's spec is written: snake_case, enums as kebab-case words, comments and trailing commas allowed, unknown keys refused.</summary>
internal static class SpecJson
{
    public static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            RespectNullableAnnotations = true,
            WriteIndented = true,
            NewLine = "\n",
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    public static T Read<T>(string path, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), options) ?? throw new TrainingException($"{path} holds null, not a spec.");
        }
        catch (JsonException e)
        {
            var place = e.LineNumber is { } line ? $" (line {line + 1})" : "";
            throw new TrainingException($"{path}{place}: {e.Message.ReplaceLineEndings(" ")} Correct the spec and run the step again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The spec cannot be read: {e.Message} Name a file that can be.", e);
        }
    }
}

/// <summary>A number is a share; a text is a duration: <c>3d</c>, <c>12h</c>, <c>90m</c>.</summary>
internal sealed class HoldoutConverter : JsonConverter<Holdout>
{
    public override Holdout Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            var share = reader.GetDouble();
            return share is > 0 and <= 0.9 ? new Holdout(share, null) : throw new JsonException($"holdout is {share.ToString(CultureInfo.InvariantCulture)}: a share lies above 0 and at or below 0.9.");
        }
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        if (text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0)
        {
            switch (text[^1])
            {
                case 'd': return new Holdout(null, TimeSpan.FromDays(value));
                case 'h': return new Holdout(null, TimeSpan.FromHours(value));
                case 'm': return new Holdout(null, TimeSpan.FromMinutes(value));
            }
        }
        throw new JsonException($"holdout is '{text}': write a share such as 0.2, or a duration such as \"3d\", \"12h\" or \"90m\".");
    }

    public override void Write(Utf8JsonWriter writer, Holdout value, JsonSerializerOptions options)
    {
        if (value.Share is { } share) writer.WriteNumberValue(share);
        else writer.WriteStringValue(value.Duration!.Value.TotalMinutes.ToString("0.###", CultureInfo.InvariantCulture) + "m");
    }
}

using System.Text.Json;

namespace Takt.Cli.Demo;

/// <summary>Short ways into the API's answers.</summary>
internal static class JsonReading
{
    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Null ? "" : value.ToString() : "";

    public static long Whole(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : element.GetProperty("items").EnumerateArray();

    public static JsonElement Step(this JsonElement run, string name) =>
        run.GetProperty("steps").EnumerateArray().FirstOrDefault(s => s.Text("name") == name) is { ValueKind: JsonValueKind.Object } step
            ? step
            : throw new StepFailedException($"run {run.Text("id")} has no step '{name}'");
}

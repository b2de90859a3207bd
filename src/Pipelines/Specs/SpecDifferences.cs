using System.Text.Json.Nodes;

namespace Takt.Pipelines.Specs;

/// <summary>Two specs, field by field, in lines for people.</summary>
internal static class SpecDifferences
{
    public static IReadOnlyList<string> Of(JsonNode? old, JsonNode? wanted)
    {
        var lines = new List<string>();
        Compare("", old, wanted, lines);
        return lines;
    }

    private static void Compare(string path, JsonNode? old, JsonNode? wanted, List<string> lines)
    {
        if (JsonNode.DeepEquals(old, wanted)) return;
        if (old is JsonObject a && wanted is JsonObject b)
        {
            foreach (var key in a.Select(p => p.Key).Union(b.Select(p => p.Key))) Compare(path.Length == 0 ? key : $"{path}.{key}", a[key], b[key], lines);
            return;
        }
        if (old is JsonArray before && wanted is JsonArray after && before.Count == after.Count)
        {
            for (var i = 0; i < before.Count; i++) Compare($"{path}.{(after[i] as JsonObject)?["name"]?.ToString() ?? $"{i + 1}"}", before[i], after[i], lines);
            return;
        }
        lines.Add($"{path}: {Show(old)} -> {Show(wanted)}");
    }

    private static string Show(JsonNode? node)
    {
        var text = node is null ? "not set" : node is JsonValue ? node.ToString() : node.ToJsonString();
        return text.Length > 120 ? text[..117] + "..." : text;
    }
}

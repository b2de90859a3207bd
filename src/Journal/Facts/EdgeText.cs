using System.Text.Json;
using Takt.Kernel;

namespace Takt.Journal.Facts;

/// <summary>Edges as they are kept: <c>[["from","to","relation"], …]</c>.</summary>
internal static class EdgeText
{
    public static string Write(IReadOnlyList<LineageEdge> edges) =>
        edges.Count == 0 ? "[]" : JsonSerializer.Serialize(edges.Select(e => new[] { e.From.ToString(), e.To.ToString(), e.Relation }), TaktJson.Options);

    public static IReadOnlyList<LineageEdge> Read(string text) =>
        text == "[]" ? [] : [.. JsonSerializer.Deserialize<string[][]>(text, TaktJson.Options)!.Select(e => new LineageEdge(Subject.Parse(e[0]), Subject.Parse(e[1]), e[2]))];
}

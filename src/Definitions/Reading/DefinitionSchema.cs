using System.Text.Json.Nodes;
using Takt.Kernel;

namespace Takt.Definitions.Reading;

/// <summary>The JSON schema of takt.yaml, put together from the modules' parts: editors complete and check with it.</summary>
internal static class DefinitionSchema
{
    public static JsonObject Of(IEnumerable<IDefinitionPart> parts)
    {
        var properties = new JsonObject
        {
            ["project"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[a-z][a-z0-9-]{0,62}$", ["description"] = "The project that this file defines." }
        };
        foreach (var part in parts) properties[part.Key] = JsonNode.Parse(part.JsonSchema);
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "takt.yaml",
            ["type"] = "object",
            ["required"] = new JsonArray("project"),
            ["additionalProperties"] = false,
            ["properties"] = properties
        };
    }
}

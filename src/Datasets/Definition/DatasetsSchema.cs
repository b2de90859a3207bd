namespace Takt.Datasets.Definition;

/// <summary>The JSON schema of <c>datasets:</c>, for editors.</summary>
internal static class DatasetsSchema
{
    public const string Text =
        """
        {
          "type": "object",
          "description": "Datasets by name.",
          "propertyNames": { "pattern": "^[a-z][a-z0-9-]{0,62}$" },
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "required": ["owner", "purpose"],
            "properties": {
              "owner": { "type": "string", "description": "Whom to ask." },
              "purpose": { "type": "string", "description": "What it is for." },
              "access": { "enum": ["public", "internal", "confidential", "personal"], "default": "internal" },
              "time": { "type": "string", "description": "The column that says when the thing a row speaks of happened." },
              "columns": {
                "type": "object",
                "description": "Names and types; without them, those of the first delivery.",
                "additionalProperties": { "enum": ["integer", "number", "text", "timestamp", "boolean"] }
              },
              "checks": {
                "type": "array",
                "description": "What each delivery must satisfy.",
                "items": { "oneOf": [{ "const": "like-last" }, {
                  "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
                  "patternProperties": { "^(not-empty|between|one-of|unique|rows|mean|matches|fresh|like-last)$": { "oneOf": [
                    { "type": "string", "description": "A column." },
                    { "type": "array", "items": { "type": "string" }, "description": "Columns: a check for each." },
                    { "type": "object", "additionalProperties": false, "properties": {
                      "column": { "type": "string" },
                      "columns": { "type": "array", "items": { "type": "string" } },
                      "min": { "type": "number" }, "max": { "type": "number" },
                      "from": { "type": "string" }, "to": { "type": "string" },
                      "share": { "type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": "Least share of rows that must satisfy it." },
                      "tolerance": { "type": "number", "exclusiveMinimum": 0, "description": "To the last version." },
                      "values": { "type": "array" },
                      "pattern": { "type": "string", "description": "A regular expression (RE2) for the whole value." },
                      "within": { "type": "string", "description": "An age: 6h, 2d." }
                    } }
                  ] } }
                }] }
              }
            }
          }
        }
        """;
}

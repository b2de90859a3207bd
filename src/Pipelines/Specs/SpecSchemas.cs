namespace Takt.Pipelines.Specs;

/// <summary>JSON schemas of this module's parts, for editors. What a file may hold in the end, <see cref="PipelinePart"/> says.</summary>
internal static class SpecSchemas
{
    public const string Pipelines = """
        {
          "type": "object",
          "description": "Pipelines: steps with declared inputs and outputs, run in the order written.",
          "additionalProperties": {
            "type": "object",
            "required": ["steps"],
            "additionalProperties": false,
            "properties": {
              "params": {"type": "object", "description": "Names that a run may set, and their defaults.", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
              "sandbox": {"const": "none", "description": "Run commands without a sandbox; every run records it."},
              "steps": {
                "type": "object",
                "additionalProperties": {
                  "anyOf": [
                    {"type": ["string", "null"]},
                    {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "uses": {"enum": ["train", "evaluate", "gate", "register", "deploy"]},
                        "run": {"type": "string", "description": "A command for /bin/sh; a first word ending in .cs is a C# file."},
                        "code": {"type": "array", "items": {"type": "string"}, "description": "Files of the project that the command needs."},
                        "inputs": {"type": "object", "additionalProperties": {"type": "string"}, "description": "NAME: dataset:NAME, or STEP/FILE."},
                        "outputs": {"type": "array", "items": {"type": "string"}, "description": "Files that the command writes into out/."},
                        "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
                        "timeout": {"type": "string", "pattern": "^[0-9.]+(ms|s|m|h|d)$"},
                        "memory": {"type": "string", "pattern": "^[0-9.]+ ?(MiB|GiB|MB|GB)$"},
                        "dataset": {"type": "string"},
                        "time": {"type": "string", "description": "Column that says when a row happened; default: the dataset's."},
                        "label": {"type": "string", "description": "SQL that is true where the event happened, e.g. delay > 15."},
                        "where": {"type": "string", "description": "SQL that says which rows count."},
                        "from": {"type": "string", "description": "Rows from this time on."},
                        "features": {
                          "type": "object",
                          "description": "The model's inputs: NAME: SQL, or sql, kind, type, smoothing.",
                          "additionalProperties": {
                            "anyOf": [
                              {"type": ["string", "null"]},
                              {"type": "object", "additionalProperties": false, "properties": {
                                "sql": {"type": "string"}, "kind": {"enum": ["number", "category", "level"]}, "type": {"enum": ["float", "int64", "string"]}, "smoothing": {"type": "number"}}}
                            ]
                          }
                        },
                        "algorithm": {"enum": ["boosted-trees", "logistic"]},
                        "boosted-trees": {"type": "object", "additionalProperties": false, "properties": {
                          "trees": {"type": "integer"}, "depth": {"type": "integer"}, "learning-rate": {"type": "number"}, "l2": {"type": "number"},
                          "min-child-weight": {"type": "number"}, "min-gain": {"type": "number"}, "bins": {"type": "integer"}, "early-stopping": {"type": "integer"}}},
                        "logistic": {"type": "object", "additionalProperties": false, "properties": {"l2": {"type": "number"}, "max-iterations": {"type": "integer"}}},
                        "holdout": {"type": ["number", "string"], "description": "The last part in time that the measured model does not see: 0.2, or 3d."},
                        "refit": {"type": "boolean", "description": "Train again on all rows once measured."},
                        "seed": {"type": "integer"},
                        "max-rows": {"type": "integer", "minimum": 1},
                        "threads": {"type": "integer", "minimum": 1},
                        "min-rows": {"type": "integer", "minimum": 1, "description": "Rows that neither model saw; evaluation waits for them."},
                        "gate": {"type": "string"},
                        "model": {"type": "string"},
                        "deployment": {"type": "string"}
                      }
                    }
                  ]
                }
              }
            }
          }
        }
        """;

    public const string Triggers = """
        {
          "type": "object",
          "description": "What starts a pipeline by itself.",
          "additionalProperties": {
            "type": "object",
            "required": ["when", "run"],
            "additionalProperties": false,
            "properties": {
              "when": {"enum": ["drift.detected", "performance.degraded", "dataset.version.created", "schedule"]},
              "cron": {"type": "string", "description": "second minute hour day month weekday, UTC"},
              "monitor": {"type": "string"},
              "dataset": {"type": "string"},
              "run": {"type": "string"},
              "with": {"type": "object", "description": "The run's params: a field of the fact (window_to), or a value in quotes.", "additionalProperties": {"type": ["string", "number", "boolean"]}}
            }
          }
        }
        """;
}

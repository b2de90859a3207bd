using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>MLflow keeps prompts as models with a tag; searches hide them unless they name it.</summary>
internal static class Prompts
{
    private const string Tag = "mlflow.prompt.is_prompt";

    public static bool IsAskedBy(MLflowClause clause) => clause is { Entity: "tag", Key: Tag };

    /// <param name="tags">Where the tags lie, as table and condition.</param>
    public static void Hide(SqlText sql, IReadOnlyList<MLflowClause> filter, string tags)
    {
        var wanted = filter.Any(c => IsAskedBy(c) && (c.Comparator == "=" && c.Value == "true" || c.Comparator == "!=" && c.Value != "true"));
        sql.Add($" AND {(wanted ? "" : "NOT ")}EXISTS (SELECT FROM {tags} AND p.key = '{Tag}' AND p.value = 'true')");
    }
}

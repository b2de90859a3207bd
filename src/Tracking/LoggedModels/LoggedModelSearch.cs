using Takt.Kernel;
using Takt.Records;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>Finds logged models by MLflow's grammar.</summary>
internal sealed class LoggedModelSearch(ITaktDatabase database, LoggedModelStore store)
{
    /// <param name="limit">One more is read than this, where there is one.</param>
    public async Task<List<LoggedModel>> SearchAsync(ProjectId project, IReadOnlyList<long> experiments, IReadOnlyList<MLflowClause> filter, IReadOnlyList<MLflowOrder> order, int limit, long offset, CancellationToken cancellationToken)
    {
        var sql = new SqlText($"SELECT {LoggedModelStore.Columns} FROM tracking.logged_models l WHERE l.project = ");
        sql.Value(project.Value).Add(" AND NOT l.deleted AND l.experiment = ANY(").Value(experiments.ToArray()).Add(")");
        foreach (var clause in filter)
        {
            sql.Add(" AND ");
            Condition(sql, clause);
        }
        sql.Add(" ORDER BY ");
        foreach (var by in order)
        {
            if (by.Entity == "metric")
                sql.Add("(SELECT m.value FROM tracking.logged_model_metrics m WHERE m.model = l.id AND m.key = ").Value(SearchSql.Sound(by.Key)).Add(" ORDER BY m.time DESC, m.step DESC LIMIT 1)");
            else sql.Add(Column(by.Entity, by.Key));
            sql.Add(by.Descending ? " DESC NULLS LAST, " : " NULLS LAST, ");
        }
        var found = await sql.Add("l.created_at DESC, l.id").Page(limit + 1, offset).ListAsync(database.App, LoggedModelStore.ReadRow, cancellationToken).ConfigureAwait(false);
        return await store.FillAsync(found, cancellationToken).ConfigureAwait(false);
    }

    private static void Condition(SqlText sql, MLflowClause clause)
    {
        switch (clause.Entity)
        {
            case "parameter": SearchSql.Pair(sql, "tracking.logged_model_params", "model", "l.id", clause); break;
            case "tag": SearchSql.Pair(sql, "tracking.logged_model_tags", "model", "l.id", clause); break;
            case "metric":
                var sign = SearchSql.NumericSign(clause);
                var number = SearchSql.Number(clause, "metric");
                sql.Add("EXISTS (SELECT FROM tracking.logged_model_metrics m WHERE m.model = l.id AND m.key = ").Value(SearchSql.Sound(clause.Key)).Add($" AND m.value <> 'NaN' AND m.value {sign} ").Value(number).Add(")");
                break;
            case "attribute" when clause.Key is "creation_timestamp" or "creation_time" or "last_updated_timestamp": SearchSql.Whole(sql, Column("attribute", clause.Key), clause); break;
            default: SearchSql.Text(sql, Column(clause.Entity, clause.Key), clause); break;
        }
    }

    private static string Column(string entity, string key) => (entity, key) switch
    {
        ("attribute", "name") => "l.name",
        ("attribute", "model_id") => "l.id",
        ("attribute", "model_type") => "l.model_type",
        ("attribute", "source_run_id") => "l.source_run",
        ("attribute", "status") => "replace(l.status, 'LOGGED_MODEL_', '')",
        ("attribute", "creation_timestamp" or "creation_time") => "l.created_at",
        ("attribute", "last_updated_timestamp") => "l.updated_at",
        _ => throw MLflowException.Invalid($"Invalid attribute key '{(key.Length > 100 ? key[..100] : key)}' specified. Valid keys are '['creation_timestamp', 'last_updated_timestamp', 'model_id', 'model_type', 'name', 'source_run_id', 'status']'")
    };
}

using Takt.Kernel;
using Takt.Records;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>What is searched for.</summary>
/// <param name="View"><c>ACTIVE_ONLY</c>, <c>DELETED_ONLY</c>, <c>ALL</c>.</param>
/// <param name="Limit">One more is read than this, where there is one.</param>
internal sealed record RunQuery(ProjectId Project, IReadOnlyList<long> Experiments, string View, IReadOnlyList<MLflowClause> Filter, IReadOnlyList<MLflowOrder> Order, int Limit, long Offset);

/// <summary>
/// Finds runs by MLflow's grammar. Ordered by a metric, a page is first looked for among the runs that have the metric: there the index on (experiment, key, value) gives
/// the order, and a million runs cost no more than the page; only a page that reaches beyond them asks for all.
/// </summary>
internal sealed class RunSearch(ITaktDatabase database)
{
    public async Task<List<RunRow>> SearchAsync(RunQuery query, CancellationToken cancellationToken)
    {
        if (query.Experiments.Count == 0) return [];
        if (query.Order is [{ Entity: "metric" }, ..])
        {
            var among = await Compile(query, onlyWithFirst: true).ListAsync(database.App, RunRow.Read, cancellationToken).ConfigureAwait(false);
            if (among.Count > query.Limit) return among;
        }
        return await Compile(query, onlyWithFirst: false).ListAsync(database.App, RunRow.Read, cancellationToken).ConfigureAwait(false);
    }

    private static SqlText Compile(RunQuery query, bool onlyWithFirst)
    {
        var sql = new SqlText($"SELECT {RunRow.Columns} FROM tracking.runs r");
        for (var i = 0; i < query.Order.Count; i++) Join(sql, query, i, onlyWithFirst && i == 0);
        sql.Add(" WHERE r.project = ").Value(query.Project.Value).Add(" AND ");
        In(sql, "r.experiment", query.Experiments);
        sql.Add(query.View switch { "ACTIVE_ONLY" => " AND NOT r.deleted", "DELETED_ONLY" => " AND r.deleted", _ => "" });
        if (onlyWithFirst)
        {
            sql.Add(" AND o0.value <> 'NaN' AND ");
            In(sql, "o0.experiment", query.Experiments);
        }
        foreach (var clause in query.Filter)
        {
            sql.Add(" AND ");
            Condition(sql, query, clause, onlyWithFirst);
        }
        sql.Add(" ORDER BY ");
        for (var i = 0; i < query.Order.Count; i++) OrderBy(sql, query.Order[i], i, onlyWithFirst && i == 0);
        return sql.Add("r.started_at DESC, r.id").Page(query.Limit + 1, query.Offset);
    }

    private static void In(SqlText sql, string column, IReadOnlyList<long> experiments)
    {
        if (experiments.Count == 1) sql.Add($"{column} = ").Value(experiments[0]); // an index's order survives an equality, not a list
        else sql.Add($"{column} = ANY(").Value(experiments.ToArray()).Add(")");
    }

    private static void Join(SqlText sql, RunQuery query, int number, bool inner)
    {
        var order = query.Order[number];
        var table = order.Entity switch
        {
            "metric" => "latest_metrics",
            "parameter" => "params",
            "tag" => "tags",
            "attribute" => null,
            _ => throw MLflowException.Invalid($"Invalid order_by entity type '{order.Entity}'")
        };
        if (table is null) return;
        sql.Add($"{(inner ? " JOIN" : " LEFT JOIN")} tracking.{table} o{number} ON o{number}.run = r.id AND o{number}.key = ").Value(SearchSql.Sound(order.Key));
    }

    /// <summary>Numbers, then NaN, then nothing: whichever way the rest is ordered.</summary>
    private static void OrderBy(SqlText sql, MLflowOrder order, int number, bool indexed)
    {
        var direction = order.Descending ? " DESC" : "";
        if (order.Entity == "attribute")
        {
            var column = Attribute(order.Key);
            sql.Add($"{(column is "r.id" ? "r.id" : column.StartsWith("r.started", StringComparison.Ordinal) || column.StartsWith("r.ended", StringComparison.Ordinal) ? column : $"{column} COLLATE \"C\"")}{direction} NULLS LAST, ");
        }
        else if (indexed) sql.Add($"o{number}.value{direction}, ");
        else if (order.Entity == "metric") sql.Add($"CASE WHEN o{number}.value IS NULL THEN 2 WHEN o{number}.value = 'NaN' THEN 1 ELSE 0 END, o{number}.value{direction}, ");
        else sql.Add($"o{number}.value COLLATE \"C\"{direction} NULLS LAST, ");
    }

    private static void Condition(SqlText sql, RunQuery query, MLflowClause clause, bool onlyWithFirst)
    {
        switch (clause.Entity)
        {
            case "metric": Metric(sql, clause, onlyWithFirst && query.Order[0].Key == clause.Key); break;
            case "parameter": Pair(sql, query, "tracking.params", clause); break;
            case "tag": Pair(sql, query, "tracking.tags", clause); break;
            case "dataset": Dataset(sql, clause); break;
            default: AttributeCondition(sql, clause); break;
        }
    }

    /// <summary>An equality is written so that the index on (experiment, key, start of value) can find the runs, or the run its value: whichever is less.</summary>
    private static void Pair(SqlText sql, RunQuery query, string table, MLflowClause clause)
    {
        if (clause.Comparator != "=" || !clause.IsText)
        {
            SearchSql.Pair(sql, table, "run", "r.id", clause);
            return;
        }
        var value = SearchSql.Sound(clause.Value);
        sql.Add($"r.id IN (SELECT p.run FROM {table} p WHERE ");
        In(sql, "p.experiment", query.Experiments);
        sql.Add(" AND p.key = ").Value(SearchSql.Sound(clause.Key)).Add(" AND left(p.value, 64) = left(").Value(value).Add(", 64) AND p.value = ").Value(value).Add(")");
    }

    /// <summary>NaN is on no side of any number.</summary>
    /// <param name="joined">The metric is the one that is ordered by: its row is at hand, and the index serves both.</param>
    private static void Metric(SqlText sql, MLflowClause clause, bool joined)
    {
        if (clause.Comparator is "IS NULL" or "IS NOT NULL")
        {
            sql.Add($"{(clause.Comparator == "IS NULL" ? "NOT " : "")}EXISTS (SELECT FROM tracking.latest_metrics m WHERE m.run = r.id AND m.key = ").Value(SearchSql.Sound(clause.Key)).Add(")");
            return;
        }
        var sign = SearchSql.NumericSign(clause);
        var number = SearchSql.Number(clause, "metric");
        if (joined) sql.Add($"o0.value {sign} ").Value(number);
        else sql.Add("EXISTS (SELECT FROM tracking.latest_metrics m WHERE m.run = r.id AND m.key = ").Value(SearchSql.Sound(clause.Key)).Add($" AND m.value <> 'NaN' AND m.value {sign} ").Value(number).Add(")");
    }

    private static void Dataset(SqlText sql, MLflowClause clause)
    {
        var column = clause.Key switch
        {
            "name" => "i.name",
            "digest" => "i.digest",
            "context" => "ri.context",
            _ => throw MLflowException.Invalid($"Invalid dataset key '{clause.Key}' specified. Valid keys are '['context', 'digest', 'name']'")
        };
        sql.Add("EXISTS (SELECT FROM tracking.run_inputs ri JOIN tracking.inputs i ON i.id = ri.input WHERE ri.run = r.id AND ");
        SearchSql.Text(sql, column, clause);
        sql.Add(")");
    }

    private static void AttributeCondition(SqlText sql, MLflowClause clause)
    {
        var column = Attribute(clause.Key);
        if (column is "r.started_at" or "r.ended_at") SearchSql.Whole(sql, column, clause);
        else if (column == "r.id" && clause.Comparator is "=" or "IN" or "!=" or "NOT IN") // by the index; what is no id names no run
            sql.Add(clause.Comparator is "=" or "IN" ? "r.id = ANY(" : "NOT r.id = ANY(").Value(clause.Values.Select(v => Id.TryParse<RunId>(v, out var id) ? id.Value : Guid.Empty).ToArray()).Add(")");
        else if (column == "r.id") SearchSql.Text(sql, "replace(r.id::text, '-', '')", clause);
        else SearchSql.Text(sql, column, clause);
    }

    private static string Attribute(string key) => key switch
    {
        "start_time" or "created" or "Created" => "r.started_at",
        "end_time" => "r.ended_at",
        "run_id" => "r.id",
        "run_name" or "run name" or "Run name" or "Run Name" => "r.name",
        "user_id" => "r.user_name",
        "status" => "upper(r.status)",
        "artifact_uri" => "(SELECT e.artifact_location FROM tracking.experiments e WHERE e.id = r.experiment) || '/' || replace(r.id::text, '-', '') || '/artifacts'",
        _ => throw MLflowException.Invalid($"Invalid attribute key '{(key.Length > 100 ? key[..100] + "…" : key)}' specified. Valid keys are '['artifact_uri', 'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id']'")
    };
}

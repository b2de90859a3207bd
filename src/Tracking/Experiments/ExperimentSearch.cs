using Takt.Kernel;
using Takt.Records;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>An experiment with its tags.</summary>
internal sealed record TaggedExperiment(Experiment Experiment, IReadOnlyList<KeyValuePair<string, string>> Tags);

/// <summary>Finds experiments by MLflow's grammar.</summary>
internal sealed class ExperimentSearch(ITaktDatabase database)
{
    private const string Select = """
        SELECT e.id, e.name, e.artifact_location, e.created_at, e.updated_at, e.deleted,
            ARRAY(SELECT t.key FROM tracking.experiment_tags t WHERE t.experiment = e.id ORDER BY t.key), ARRAY(SELECT t.value FROM tracking.experiment_tags t WHERE t.experiment = e.id ORDER BY t.key)
        FROM tracking.experiments e
        """;

    public Task<TaggedExperiment?> FindAsync(ProjectId project, long id, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE e.id = $1 AND e.project = $2", id, project).FirstAsync(Read, cancellationToken);

    public Task<TaggedExperiment?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE e.name = $1 AND e.project = $2", name, project).FirstAsync(Read, cancellationToken);

    /// <param name="limit">One more is read than this, where there is one.</param>
    public Task<List<TaggedExperiment>> SearchAsync(ProjectId project, string view, IReadOnlyList<MLflowClause> filter, IReadOnlyList<MLflowOrder> order, int limit, long offset, CancellationToken cancellationToken)
    {
        var sql = new SqlText(Select);
        sql.Add(" WHERE e.project = ").Value(project.Value);
        sql.Add(view switch { "ACTIVE_ONLY" => " AND NOT e.deleted", "DELETED_ONLY" => " AND e.deleted", _ => "" });
        foreach (var clause in filter)
        {
            sql.Add(" AND ");
            if (clause.Entity == "tag") SearchSql.Pair(sql, "tracking.experiment_tags", "experiment", "e.id", clause);
            else if (clause.Entity != "attribute") throw MLflowException.Invalid($"Invalid entity type '{clause.Entity}'. Valid entity types are ('attribute', 'tag', 'tags')");
            else Attribute(sql, clause);
        }
        sql.Add(" ORDER BY ");
        foreach (var by in order) sql.Add(Column(by)).Add(by.Descending ? " DESC, " : ", ");
        if (order.Count == 0) sql.Add("e.created_at DESC, ");
        sql.Add("e.id DESC").Page(limit + 1, offset);
        return sql.ListAsync(database.App, Read, cancellationToken);
    }

    private static void Attribute(SqlText sql, MLflowClause clause)
    {
        switch (clause.Key)
        {
            case "name": SearchSql.Text(sql, "e.name", clause); break;
            case "creation_time": SearchSql.Whole(sql, "e.created_at", clause); break;
            case "last_update_time": SearchSql.Whole(sql, "e.updated_at", clause); break;
            default: throw MLflowException.Invalid($"Invalid attribute key '{clause.Key}' specified. Valid keys are '['creation_time', 'last_update_time', 'name']'");
        }
    }

    private static string Column(MLflowOrder order) => (order.Entity, order.Key) switch
    {
        ("attribute", "name") => "e.name COLLATE \"C\"",
        ("attribute", "experiment_id") => "e.id",
        ("attribute", "creation_time") => "e.created_at",
        ("attribute", "last_update_time") => "e.updated_at",
        ("attribute", _) => throw MLflowException.Invalid($"Invalid attribute key '{order.Key}' specified. Valid keys are '['creation_time', 'experiment_id', 'last_update_time', 'name']'"),
        _ => throw MLflowException.Invalid($"Invalid order_by entity: {order.Entity}")
    };

    private static TaggedExperiment Read(Npgsql.NpgsqlDataReader row) => new(ExperimentStore.Read(row),
        [.. row.GetFieldValue<string[]>(6).Zip(row.GetFieldValue<string[]>(7), (key, value) => new KeyValuePair<string, string>(key, value))]);
}

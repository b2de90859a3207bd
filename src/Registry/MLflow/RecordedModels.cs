using Npgsql;
using Takt.Kernel;
using Takt.Records;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>A model as MLflow's clients read it.</summary>
internal sealed record RecordedModel(Guid Id, string Name, string Description, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<KeyValuePair<string, string>> Tags, IReadOnlyList<KeyValuePair<string, int>> Aliases);

/// <summary>Reads models by MLflow's grammar.</summary>
internal sealed class RecordedModels(ITaktDatabase database)
{
    private const string Select = """
        SELECT m.id, m.name, m.description, m.created_at, m.updated_at,
            ARRAY(SELECT t.key FROM registry.model_tags t WHERE t.model = m.id ORDER BY t.key), ARRAY(SELECT t.value FROM registry.model_tags t WHERE t.model = m.id ORDER BY t.key),
            ARRAY(SELECT a.alias FROM registry.aliases a WHERE a.model = m.id ORDER BY a.alias), ARRAY(SELECT a.number FROM registry.aliases a WHERE a.model = m.id ORDER BY a.alias)
        FROM registry.models m
        """;

    public Task<RecordedModel?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE m.project = $1 AND m.name = $2", project, name).FirstAsync(Read, cancellationToken);

    /// <param name="limit">One more is read than this, where there is one.</param>
    public Task<List<RecordedModel>> SearchAsync(ProjectId project, IReadOnlyList<MLflowClause> filter, IReadOnlyList<MLflowOrder> order, int limit, long offset, CancellationToken cancellationToken)
    {
        var sql = new SqlText(Select);
        sql.Add(" WHERE m.project = ").Value(project.Value);
        Prompts.Hide(sql, filter, "registry.model_tags p WHERE p.model = m.id");
        foreach (var clause in filter.Where(c => !Prompts.IsAskedBy(c)))
        {
            sql.Add(" AND ");
            switch (clause.Entity, clause.Key)
            {
                case ("tag", _): SearchSql.Pair(sql, "registry.model_tags", "model", "m.id", clause); break;
                case ("attribute", "name"): SearchSql.Text(sql, "m.name", clause); break;
                case ("attribute", _): throw MLflowException.Invalid($"Invalid attribute key '{clause.Key}' specified. Valid keys are '{{'name'}}'");
                default: throw MLflowException.Invalid($"Invalid entity type '{clause.Entity}'. Valid entity types are ('attribute', 'tag', 'tags')");
            }
        }
        sql.Add(" ORDER BY ");
        foreach (var by in order) sql.Add(Column(by)).Add(by.Descending ? " DESC, " : ", ");
        return sql.Add("m.name COLLATE \"C\"").Page(limit + 1, offset).ListAsync(database.App, Read, cancellationToken);
    }

    private static string Column(MLflowOrder order) => (order.Entity, order.Key) switch
    {
        ("attribute", "name") => "m.name COLLATE \"C\"",
        ("attribute", "creation_timestamp") => "m.created_at",
        ("attribute", "timestamp" or "last_updated_timestamp") => "m.updated_at",
        _ => throw MLflowException.Invalid($"Invalid order by key '{order.Key}' specified. Valid keys are '['creation_timestamp', 'last_updated_timestamp', 'name', 'timestamp']'")
    };

    private static RecordedModel Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetTime(3), row.GetTime(4),
        [.. row.GetFieldValue<string[]>(5).Zip(row.GetFieldValue<string[]>(6), (key, value) => new KeyValuePair<string, string>(key, value))],
        [.. row.GetFieldValue<string[]>(7).Zip(row.GetFieldValue<int[]>(8), (alias, number) => new KeyValuePair<string, int>(alias, number))]);
}

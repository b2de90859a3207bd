using Npgsql;
using Takt.Kernel;
using Takt.Records;
using Takt.Tracking;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>A version as MLflow's clients read it, whether Takt made it or a client recorded it.</summary>
internal sealed record RecordedVersion(Guid ModelId, string Model, int Number, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string User, string Stage, string Description, string Source,
    string Run, string RunLink, string LoggedModel, IReadOnlyList<KeyValuePair<string, string>> Tags, IReadOnlyList<string> Aliases);

/// <summary>Reads versions by MLflow's grammar.</summary>
internal sealed class RecordedVersions(ITaktDatabase database)
{
    private const string RunText = "CASE WHEN v.run IS NULL THEN v.foreign_run ELSE replace(v.run::text, '-', '') END";

    private const string Columns = $"""
        m.id, m.name, v.number, v.created_at, v.updated_at, v.user_name, v.stage, v.description, v.source, {RunText}, v.run_link, v.logged_model,
            ARRAY(SELECT t.key FROM registry.version_tags t WHERE t.model = v.model AND t.number = v.number ORDER BY t.key),
            ARRAY(SELECT t.value FROM registry.version_tags t WHERE t.model = v.model AND t.number = v.number ORDER BY t.key),
            ARRAY(SELECT a.alias FROM registry.aliases a WHERE a.model = v.model AND a.number = v.number ORDER BY a.alias)
        FROM registry.versions v JOIN registry.models m ON m.id = v.model
        """;

    public Task<RecordedVersion?> FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} WHERE m.project = $1 AND m.name = $2 AND v.number = $3", project, model, number).FirstAsync(Read, cancellationToken);

    public Task<RecordedVersion?> FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} JOIN registry.aliases al ON al.model = v.model AND al.number = v.number WHERE m.project = $1 AND m.name = $2 AND al.alias = $3", project, model, alias)
            .FirstAsync(Read, cancellationToken);

    /// <summary>The newest version in each stage, of many models.</summary>
    public async Task<ILookup<Guid, RecordedVersion>> LatestAsync(IReadOnlyList<Guid> models, CancellationToken cancellationToken)
    {
        if (models.Count == 0) return Array.Empty<RecordedVersion>().ToLookup(v => v.ModelId);
        var found = await database.App.Command($"SELECT DISTINCT ON (v.model, v.stage) {Columns} WHERE v.model = ANY($1) ORDER BY v.model, v.stage, v.number DESC", models.ToArray())
            .ListAsync(Read, cancellationToken).ConfigureAwait(false);
        return found.OrderBy(v => v.Number).ToLookup(v => v.ModelId);
    }

    /// <param name="limit">One more is read than this, where there is one.</param>
    public Task<List<RecordedVersion>> SearchAsync(ProjectId project, IReadOnlyList<MLflowClause> filter, IReadOnlyList<MLflowOrder> order, int limit, long offset, CancellationToken cancellationToken)
    {
        var sql = new SqlText($"SELECT {Columns}");
        sql.Add(" WHERE m.project = ").Value(project.Value);
        Prompts.Hide(sql, filter, "registry.version_tags p WHERE p.model = v.model AND p.number = v.number");
        foreach (var clause in filter.Where(c => !Prompts.IsAskedBy(c)))
        {
            sql.Add(" AND ");
            Condition(sql, clause);
        }
        sql.Add(" ORDER BY ");
        foreach (var by in order) sql.Add(Column(by)).Add(by.Descending ? " DESC, " : ", ");
        return sql.Add("v.updated_at DESC, m.name COLLATE \"C\", v.number DESC").Page(limit + 1, offset).ListAsync(database.App, Read, cancellationToken);
    }

    private static void Condition(SqlText sql, MLflowClause clause)
    {
        switch (clause.Entity, clause.Key)
        {
            case ("tag", _): SearchSql.Pair(sql, "registry.version_tags", "number = v.number AND p.model", "v.model", clause); break;
            case ("attribute", "name"): SearchSql.Text(sql, "m.name", clause); break;
            case ("attribute", "source_path"): SearchSql.Text(sql, "v.source", clause); break;
            // By the index, where it is a run of the project's.
            case ("attribute", "run_id") when clause.Comparator is "=" or "IN" && clause.Values.All(v => Id.TryParse<RunId>(v, out _)):
                sql.Add("v.run = ANY(").Value(clause.Values.Select(v => Id.Parse<RunId>(v).Value).ToArray()).Add(")");
                break;
            case ("attribute", "run_id"): SearchSql.Text(sql, $"({RunText})", clause); break;
            case ("attribute", "version_number"): SearchSql.Whole(sql, "v.number", clause); break;
            case ("attribute", "creation_timestamp"): SearchSql.Whole(sql, "floor(extract(epoch FROM v.created_at) * 1000)", clause); break;
            case ("attribute", "last_updated_timestamp"): SearchSql.Whole(sql, "floor(extract(epoch FROM v.updated_at) * 1000)", clause); break;
            case ("attribute", _): throw MLflowException.Invalid($"Invalid attribute key '{clause.Key}' specified. Valid keys are '['creation_timestamp', 'last_updated_timestamp', 'name', 'run_id', 'source_path', 'version_number']'");
            default: throw MLflowException.Invalid($"Invalid entity type '{clause.Entity}'. Valid entity types are ('attribute', 'tag', 'tags')");
        }
    }

    private static string Column(MLflowOrder order) => (order.Entity, order.Key) switch
    {
        ("attribute", "name") => "m.name COLLATE \"C\"",
        ("attribute", "version_number") => "v.number",
        ("attribute", "creation_timestamp") => "v.created_at",
        ("attribute", "timestamp" or "last_updated_timestamp") => "v.updated_at",
        _ => throw MLflowException.Invalid($"Invalid order_by key '{order.Key}' specified. Valid keys are '['creation_timestamp', 'last_updated_timestamp', 'name', 'version_number']'")
    };

    private static RecordedVersion Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetTime(3), row.GetTime(4), row.GetString(5), row.GetString(6), row.GetString(7),
        row.GetString(8), row.GetString(9), row.GetString(10), row.GetString(11),
        [.. row.GetFieldValue<string[]>(12).Zip(row.GetFieldValue<string[]>(13), (key, value) => new KeyValuePair<string, string>(key, value))], row.GetFieldValue<string[]>(14));
}

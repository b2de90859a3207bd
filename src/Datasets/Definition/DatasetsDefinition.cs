using System.Text.Json;
using Takt.Datasets.Catalogue;
using Takt.Kernel;

namespace Takt.Datasets.Definition;

/// <summary>
/// The <c>datasets:</c> part of takt.yaml. A dataset that is no longer in the file keeps its entry and its versions: apply never removes data.
/// </summary>
internal sealed class DatasetsDefinition(DatasetStore store, DefineDataset define) : IDefinitionPart
{
    public string Key => "datasets";

    public string JsonSchema => DatasetsSchema.Text;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files) => node.Entries.Select(entry => ReadOne(entry, errors)).OfType<DatasetSpec>().ToList();

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var changes = new List<SpecChange>();
        foreach (var wanted in (IReadOnlyList<DatasetSpec>)spec)
        {
            var standing = (await store.FindAsync(caller.Project, wanted.Name, cancellationToken).ConfigureAwait(false))?.Spec;
            var details = standing is null ? [] : Differences(standing, wanted);
            var verb = standing is null ? ChangeVerb.Create : details.Count > 0 ? ChangeVerb.Change : ChangeVerb.Keep;
            changes.Add(new SpecChange(verb, "dataset", wanted.Name, details));
        }
        return changes;
    }

    public async Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        foreach (var wanted in (IReadOnlyList<DatasetSpec>)spec)
            if ((await define.RunAsync(caller, wanted, cancellationToken).ConfigureAwait(false)).Problem is { } problem)
                throw new RefusedException(problem);
    }

    private static DatasetSpec? ReadOne(SpecEntry entry, SpecErrors errors)
    {
        if (!DatasetRules.IsName(entry.Name)) errors.Add(entry, $"'{entry.Name}' is no name.", "Lower-case letters, digits and hyphens, at most 63, a letter first.");
        if (entry.Value is not SpecMap map)
        {
            errors.Add(entry.Value, $"Dataset '{entry.Name}' must hold named values.", "Known: owner, purpose, access, time, columns, checks.");
            return null;
        }
        map.AllowOnly(errors, $"Dataset '{entry.Name}'", "owner", "purpose", "access", "time", "columns", "checks");
        var access = map.Text("access", errors) ?? "internal";
        if (!DatasetRules.AccessClasses.Contains(access)) errors.Add(map["access"]!, $"'{access}' is no access class.", $"One of: {string.Join(", ", DatasetRules.AccessClasses)}.");
        var columns = Columns(map, errors);
        var checks = CheckReading.Read(map.List("checks", errors), columns, errors);
        var spec = new DatasetSpec(entry.Name, map.RequiredText("owner", errors, $"Dataset '{entry.Name}'"), map.RequiredText("purpose", errors, $"Dataset '{entry.Name}'"),
            access, map.Text("time", errors), columns, checks);
        if (DatasetRules.TimeMistake(spec) is { } mistake) errors.Add(map["time"]!, mistake);
        return spec;
    }

    private static List<ColumnSpec> Columns(SpecMap map, SpecErrors errors)
    {
        var columns = new List<ColumnSpec>();
        foreach (var column in map.Map("columns", errors)?.Entries ?? [])
        {
            if (column.Value is SpecScalar { Text: var type } && Engine.ColumnTypes.All.Contains(type)) columns.Add(new ColumnSpec(column.Name, type));
            else errors.Add(column.Value, $"Column '{column.Name}' needs a type.", $"One of: {string.Join(", ", Engine.ColumnTypes.All)}.");
        }
        return columns;
    }

    private static List<string> Differences(DatasetSpec standing, DatasetSpec wanted)
    {
        var found = new List<string>();
        Compare("owner", standing.Owner, wanted.Owner);
        Compare("purpose", standing.Purpose, wanted.Purpose);
        Compare("access", standing.Access, wanted.Access);
        Compare("time", standing.TimeColumn, wanted.TimeColumn);
        Compare("columns", Words(standing.Columns), Words(wanted.Columns));
        Compare("checks", Words(standing.Checks), Words(wanted.Checks));
        return found;

        void Compare(string field, string? old, string? now)
        {
            if (old != now) found.Add($"{field}: {old ?? "none"} -> {now ?? "none"}");
        }
    }

    private static string Words<T>(IReadOnlyList<T> items) => JsonSerializer.Serialize(items, TaktJson.Options);
}

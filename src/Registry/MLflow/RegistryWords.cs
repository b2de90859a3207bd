using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>MLflow's words and rules for models.</summary>
internal static partial class RegistryWords
{
    public const int LongestTag = 100_000;

    private static readonly string[] stages = ["None", "Staging", "Production", "Archived"];

    public static MLflowException NoModel(string name) => MLflowException.Missing($"Registered Model with name={name} not found");

    public static MLflowException NoVersion(string name, string number) => MLflowException.Missing($"Model Version (name={name}, version={number}) not found");

    /// <summary>A name for something new; what stands may be called anything.</summary>
    public static string NewName(string name, string path)
    {
        MLflowNames.CheckLength(name, ModelName.Longest, path);
        return ModelName.Refusal(name) is null ? name : throw MLflowException.InvalidText(path, name, "Registered model name must be non-empty and cannot contain '/', ':' or '@'.");
    }

    public static int Number(MLflowRequest request)
    {
        var text = request.Has("version") && request.Text("version") is { Length: > 0 } given ? given : throw MLflowException.MissingValue("version");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw MLflowException.Invalid($"Parameter 'version' must be an integer, got '{(text.Length > 80 ? text[..80] : text)}'.");
    }

    public static string Stage(string stage) => stages.FirstOrDefault(s => s.Equals(stage, StringComparison.OrdinalIgnoreCase))
        ?? throw MLflowException.Invalid($"Invalid Model Version stage: {(stage.Length > 80 ? stage[..80] : stage)}. Value must be one of None, Staging, Production, Archived.");

    public static string Alias(string alias)
    {
        if (!AliasPattern().IsMatch(alias)) throw MLflowException.Invalid($"Invalid alias name: '{(alias.Length > 250 ? alias[..250] : alias)}'. Names may only contain alphanumerics, underscores (_), and dashes (-).");
        MLflowNames.CheckLength(alias, 255, "Registered model alias name");
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase)) throw MLflowException.Invalid("'latest' alias name (case insensitive) is reserved.");
        return VersionLike().IsMatch(alias) ? throw MLflowException.Invalid($"Version alias name '{alias}' is reserved.") : alias;
    }

    public static void WriteModel(this Utf8JsonWriter json, RecordedModel model, IEnumerable<RecordedVersion> latest)
    {
        json.WriteString("name"u8, model.Name);
        json.WriteNumber("creation_timestamp"u8, model.CreatedAt.ToUnixTimeMilliseconds());
        json.WriteNumber("last_updated_timestamp"u8, model.UpdatedAt.ToUnixTimeMilliseconds());
        if (model.Description.Length > 0) json.WriteString("description"u8, model.Description);
        var open = false;
        foreach (var version in latest)
        {
            if (!open) json.WriteStartArray("latest_versions"u8);
            open = true;
            json.WriteStartObject();
            json.WriteVersion(version);
            json.WriteEndObject();
        }
        if (open) json.WriteEndArray();
        json.WritePairs("tags", model.Tags);
        if (model.Aliases.Count == 0) return;
        json.WriteStartArray("aliases"u8);
        foreach (var (alias, number) in model.Aliases)
        {
            json.WriteStartObject();
            json.WriteString("alias"u8, alias);
            json.WriteString("version"u8, number.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteVersion(this Utf8JsonWriter json, RecordedVersion version)
    {
        json.WriteString("name"u8, version.Model);
        json.WriteString("version"u8, version.Number.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("creation_timestamp"u8, version.CreatedAt.ToUnixTimeMilliseconds());
        json.WriteNumber("last_updated_timestamp"u8, version.UpdatedAt.ToUnixTimeMilliseconds());
        if (version.User.Length > 0) json.WriteString("user_id"u8, version.User);
        json.WriteString("current_stage"u8, version.Stage);
        if (version.Description.Length > 0) json.WriteString("description"u8, version.Description);
        json.WriteString("source"u8, version.Source);
        if (version.Run.Length > 0) json.WriteString("run_id"u8, version.Run);
        json.WriteString("status"u8, "READY"u8);
        json.WritePairs("tags", version.Tags);
        if (version.RunLink.Length > 0) json.WriteString("run_link"u8, version.RunLink);
        if (version.LoggedModel.Length > 0) json.WriteString("model_id"u8, version.LoggedModel);
        if (version.Aliases.Count == 0) return;
        json.WriteStartArray("aliases"u8);
        foreach (var alias in version.Aliases) json.WriteStringValue(alias);
        json.WriteEndArray();
    }

    [GeneratedRegex(@"^[\w\-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex AliasPattern();

    [GeneratedRegex("^[vV][0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex VersionLike();
}

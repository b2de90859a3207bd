using System.Text.Json;

namespace Takt.Pipelines.Triggers;

/// <summary>Which facts trigger, and which of their fields a run's params may take.</summary>
internal static class TriggerFields
{
    public const string DriftDetected = "drift.detected";
    public const string PerformanceDegraded = "performance.degraded";
    public const string DatasetVersionCreated = "dataset.version.created";

    private static readonly string[] ofAlerts = ["windowFrom", "windowTo", "monitor", "deployment", "modelVersion", "severity"];

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ByKind { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [DriftDetected] = ofAlerts,
        [PerformanceDegraded] = ofAlerts,
        [DatasetVersionCreated] = ["dataset", "number", "rows", "eventFrom", "eventTo"]
    };

    /// <summary><c>window_to</c>, <c>windowTo</c> and <c>alert.windowTo</c> are one.</summary>
    public static string Plain(string written)
    {
        var text = written.Contains('.', StringComparison.Ordinal) ? written[(written.LastIndexOf('.') + 1)..] : written;
        var parts = text.Split((char[])['_', '-'], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? "" : parts[0] + string.Concat(parts.Skip(1).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
    }

    /// <summary>As a file writes it: <c>window_to</c>.</summary>
    public static string Written(string field) => JsonNamingPolicy.SnakeCaseLower.ConvertName(field);

    /// <summary>The field's value in a fact's payload, wherever it lies in it; null: not there.</summary>
    public static string? Of(JsonElement payload, string field)
    {
        if (payload.ValueKind != JsonValueKind.Object) return null;
        if (payload.TryGetProperty(field, out var value)) return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return payload.TryGetProperty("alert", out var alert) ? Of(alert, field) : null;
    }
}

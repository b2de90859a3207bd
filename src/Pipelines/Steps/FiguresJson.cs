using System.Text.Json;
using System.Text.Json.Nodes;
using Takt.Trainers;

namespace Takt.Pipelines.Steps;

/// <summary>Figures as a step's result keeps them: names as in the trainer's files (<c>log_loss</c>, <c>auc</c> …).</summary>
internal static class FiguresJson
{
    public static JsonObject Of(Figures figures) => JsonSerializer.SerializeToNode(figures, TrainingSpec.Json)!.AsObject();

    public static JsonObject Of(IReadOnlyDictionary<string, string> words) => new(words.Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value)));

    /// <summary>The numbers of an object; what is no number is left out.</summary>
    public static Dictionary<string, double> Numbers(JsonObject? figures)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var (name, node) in figures ?? [])
            if (node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number)) numbers[name] = number;
        return numbers;
    }
}

namespace Takt.Trainers;

/// <summary>A few rows with what the model must answer for them, spread evenly over its scores from lowest to highest.</summary>
internal static class GoldenCases
{
    private const int Cases = 20;

    public static List<GoldenCase> Choose(Frame frame, int from, float[] scores)
    {
        var rows = Enumerable.Range(0, scores.Length).Where(i => frame.Columns.All(c => c is not NumberColumn n || !float.IsNaN(n.Values[from + i]))).ToArray();
        if (rows.Length == 0) return [];
        Array.Sort(rows, (a, b) => scores[a] != scores[b] ? scores[a].CompareTo(scores[b]) : a.CompareTo(b));
        return [.. Enumerable.Range(0, Math.Min(Cases, rows.Length))
            .Select(k => rows[(int)((long)k * (rows.Length - 1) / Math.Max(1, Math.Min(Cases, rows.Length) - 1))])
            .Distinct()
            .Select(i => new GoldenCase(frame.Columns.ToDictionary(c => c.Name, c => Raw(c, from + i)), new Dictionary<string, float> { [FittedModel.Output] = scores[i] }))];
    }

    private static object Raw(Column column, int row) => column switch
    {
        CategoryColumn category => category.Texts[category.Codes[row]],
        NumberColumn { Type: InputType.Int64 } whole => (long)whole.Values[row],
        _ => ((NumberColumn)column).Values[row],
    };
}

/// <param name="Inputs">As served.</param>
/// <param name="Expected">By output.</param>
internal sealed record GoldenCase(IReadOnlyDictionary<string, object> Inputs, IReadOnlyDictionary<string, float> Expected);

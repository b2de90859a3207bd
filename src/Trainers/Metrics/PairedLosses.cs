namespace Takt.Trainers;

/// <summary>Compares two models on the same rows: differences of losses vary far less than the losses.</summary>
internal static class PairedLosses
{
    private const long Day = 86_400_000_000; // microseconds

    public static PairedFigures Compare(string candidate, string champion, string metric, Func<float, byte, double> loss, float[] candidateScores, float[] championScores, byte[] labels, long[] times)
    {
        var rows = labels.Length;
        double candidateSum = 0, championSum = 0, squares = 0;
        var days = new List<(double Sum, long Rows)>();
        var day = long.MinValue;
        for (var i = 0; i < rows; i++)
        {
            var (a, b) = (loss(candidateScores[i], labels[i]), loss(championScores[i], labels[i]));
            candidateSum += a;
            championSum += b;
            squares += (a - b) * (a - b);
            var its = (long)Math.Floor((double)times[i] / Day);
            if (its != day)
            {
                days.Add((0, 0));
                day = its;
            }
            days[^1] = (days[^1].Sum + a - b, days[^1].Rows + 1);
        }
        var mean = (candidateSum - championSum) / rows;
        var variance = rows > 1 ? Math.Max(0, (squares - rows * mean * mean) / (rows - 1)) : 0;
        return new PairedFigures(candidate, champion, metric, rows, candidateSum / rows, championSum / rows, mean, Math.Sqrt(variance / rows), ByDay(days, mean, rows), days.Count);
    }

    /// <summary>The sandwich estimate with days as clusters.</summary>
    private static double? ByDay(List<(double Sum, long Rows)> days, double mean, int rows)
    {
        if (days.Count < 3) return null;
        double squares = 0;
        foreach (var (sum, count) in days) squares += (sum - count * mean) * (sum - count * mean);
        return Math.Sqrt(squares * days.Count / (days.Count - 1)) / rows;
    }
}

namespace Takt.Monitoring;

/// <summary>Count, mean and variance of a sample.</summary>
internal readonly record struct Moments(double Count, double Mean, double Variance)
{
    /// <param name="squares">The sum of squares.</param>
    public static Moments Of(double count, double sum, double squares) =>
        count < 1 ? default : new(count, sum / count, count < 2 ? 0 : Math.Max(0, (squares - sum * sum / count) / (count - 1)));

    public static Moments Of(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var value in values) sum += value;
        var mean = values.Length == 0 ? 0 : sum / values.Length;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return new Moments(values.Length, mean, values.Length < 2 ? 0 : squares / (values.Length - 1));
    }
}

/// <summary>Welch's test: two means whose samples may differ in variance.</summary>
internal static class Welch
{
    /// <param name="Statistic">t; positive where the current mean is higher.</param>
    /// <param name="PGreater">One-sided: the current mean is higher.</param>
    public readonly record struct Result(double Statistic, double Degrees, double PGreater)
    {
        public double PTwoSided => Math.Min(1, 2 * Math.Min(PGreater, 1 - PGreater));
    }

    public static Result Test(Moments reference, Moments current)
    {
        if (reference.Count < 2 || current.Count < 2) return new Result(0, 1, 1);
        double a = reference.Variance / reference.Count, b = current.Variance / current.Count;
        var difference = current.Mean - reference.Mean;
        if (a + b <= 0) return new Result(0, 1, 1);
        var t = difference / Math.Sqrt(a + b);
        var degrees = (a + b) * (a + b) / (a * a / (reference.Count - 1) + b * b / (current.Count - 1));
        return new Result(t, degrees, SpecialFunctions.StudentTail(t, degrees));
    }
}

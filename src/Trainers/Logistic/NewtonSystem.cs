namespace Takt.Trainers;

/// <summary>Loss, gradient and curvature of the log loss at some weights, summed over rows in chunks of fixed size and then in their order.</summary>
internal sealed class NewtonSystem(int weights)
{
    public double Loss { get; private set; }

    public double[] Gradient { get; } = new double[weights];

    /// <summary>Upper triangle, row after row in a full square.</summary>
    public double[] Curvature { get; } = new double[weights * weights];

    /// <param name="scores">Is given each row's probability.</param>
    public static NewtonSystem At(double[] beta, DesignMatrix design, byte[] labels, float[] scores, int threads)
    {
        var rows = scores.Length;
        var parts = new NewtonSystem[RowChunks.Count(rows)];
        RowChunks.Run(rows, threads, (chunk, from, to) =>
        {
            var part = new NewtonSystem(beta.Length);
            part.AddRows(beta, design, labels, scores, from, to);
            parts[chunk] = part;
        });
        var whole = new NewtonSystem(beta.Length);
        foreach (var part in parts) whole.Add(part);
        return whole;
    }

    private void AddRows(double[] beta, DesignMatrix design, byte[] labels, float[] scores, int from, int to)
    {
        var dense = design.Dense;
        var groups = design.Places.Length;
        var width = dense.Length + 1;
        var size = Gradient.Length;
        Span<double> row = stackalloc double[width];
        Span<int> hot = stackalloc int[groups];
        row[0] = 1;
        for (var i = from; i < to; i++)
        {
            var logOdds = beta[0];
            for (var d = 1; d < width; d++)
            {
                row[d] = dense[d - 1][i];
                logOdds += beta[d] * row[d];
            }
            for (var g = 0; g < groups; g++)
            {
                hot[g] = design.Offsets[g] + design.Places[g][i];
                logOdds += beta[hot[g]];
            }
            var p = ExactMath.Sigmoid(logOdds);
            scores[i] = (float)p;
            var likely = labels[i] != 0 ? p : 1 - p;
            Loss -= ExactMath.Log(Math.Max(likely, 1e-300));
            var error = p - labels[i];
            var weight = p * (1 - p);
            for (var d = 0; d < width; d++)
            {
                Gradient[d] += error * row[d];
                var scaled = weight * row[d];
                for (var e = d; e < width; e++) Curvature[d * size + e] += scaled * row[e];
                for (var g = 0; g < groups; g++) Curvature[d * size + hot[g]] += scaled;
            }
            for (var g = 0; g < groups; g++)
            {
                Gradient[hot[g]] += error;
                for (var h = g; h < groups; h++) Curvature[hot[g] * size + hot[h]] += weight;
            }
        }
    }

    private void Add(NewtonSystem part)
    {
        Loss += part.Loss;
        for (var i = 0; i < Gradient.Length; i++) Gradient[i] += part.Gradient[i];
        for (var i = 0; i < Curvature.Length; i++) Curvature[i] += part.Curvature[i];
    }
}

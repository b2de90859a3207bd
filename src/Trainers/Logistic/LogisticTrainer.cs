namespace Takt.Trainers;

/// <summary>Logistic regression by Newton's method: a handful of passes over the rows, to the one minimum of the penalised log loss.</summary>
internal static class LogisticTrainer
{
    /// <param name="rows">The frame's first so many rows are trained on.</param>
    public static LogisticModel Fit(Frame frame, byte[] labels, int rows, LogisticParams parameters, int threads)
    {
        if (!(parameters.L2 >= 0) || double.IsInfinity(parameters.L2)) throw new TrainingException($"logistic.l2 is {parameters.L2}: it must be 0 or more.");
        if (parameters.MaxIterations is < 1 or > 1000) throw new TrainingException($"logistic.max_iterations is {parameters.MaxIterations}: it must be from 1 to 1000.");
        var encoders = frame.Columns.Select(c => Encoder.Learn(c, labels, rows, logOdds: true)).ToArray();
        var design = DesignMatrix.Of(frame, encoders, rows);
        var beta = new double[design.Weights];
        var scores = new float[rows];
        var system = NewtonSystem.At(beta, design, labels, scores, threads);
        var loss = Penalised(system.Loss, beta, parameters.L2);
        var passes = 1;
        for (var iteration = 0; iteration < parameters.MaxIterations; iteration++)
        {
            var step = Step(system, beta, parameters.L2, out var decrement);
            if (decrement <= 1e-10 * (1 + Math.Abs(loss))) break;
            // A full step, or a shorter one where it would climb.
            for (var length = 1.0; ; length /= 2)
            {
                var next = new double[beta.Length];
                for (var i = 0; i < next.Length; i++) next[i] = beta[i] - length * step[i];
                system = NewtonSystem.At(next, design, labels, scores, threads);
                passes++;
                var reached = Penalised(system.Loss, next, parameters.L2);
                if (!(reached <= loss) && length > 1e-6) continue;
                beta = next;
                loss = reached;
                break;
            }
        }
        return new LogisticModel(encoders, design, beta, scores, passes);
    }

    private static double Penalised(double loss, double[] beta, double l2)
    {
        double squares = 0;
        for (var i = 1; i < beta.Length; i++) squares += beta[i] * beta[i];
        return loss + 0.5 * l2 * squares;
    }

    /// <summary>The Newton step, and how far it promises to bring the loss down.</summary>
    private static double[] Step(NewtonSystem system, double[] beta, double l2, out double decrement)
    {
        var n = beta.Length;
        var gradient = (double[])system.Gradient.Clone();
        var curvature = (double[])system.Curvature.Clone();
        curvature[0] += 1e-9;
        for (var i = 1; i < n; i++)
        {
            gradient[i] += l2 * beta[i];
            curvature[i * n + i] += l2 + 1e-9; // a constant column has no curvature of its own
        }
        var step = Cholesky.Solve(curvature, gradient);
        decrement = 0;
        for (var i = 0; i < n; i++) decrement += gradient[i] * step[i];
        decrement /= 2;
        return step;
    }
}

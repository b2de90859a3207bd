namespace Takt.Trainers;

/// <summary>Solves A x = b for a symmetric, positive definite A.</summary>
internal static class Cholesky
{
    /// <param name="a">Upper triangle of a full square; overwritten.</param>
    public static double[] Solve(double[] a, double[] b)
    {
        var n = b.Length;
        for (var i = 0; i < n; i++)
        {
            var pivot = a[i * n + i];
            for (var k = 0; k < i; k++) pivot -= a[k * n + i] * a[k * n + i];
            if (!(pivot > 0)) throw new TrainingException("The inputs of the logistic model depend on each other, and nothing keeps their weights in bounds: give logistic.l2 a value above 0.");
            pivot = Math.Sqrt(pivot);
            a[i * n + i] = pivot;
            for (var j = i + 1; j < n; j++)
            {
                var sum = a[i * n + j];
                for (var k = 0; k < i; k++) sum -= a[k * n + i] * a[k * n + j];
                a[i * n + j] = sum / pivot;
            }
        }
        var x = (double[])b.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) x[i] -= a[k * n + i] * x[k];
            x[i] /= a[i * n + i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) x[i] -= a[i * n + k] * x[k];
            x[i] /= a[i * n + i];
        }
        return x;
    }
}

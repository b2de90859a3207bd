namespace Takt.Trainers;

/// <summary>The best question found for a node.</summary>
/// <param name="Bin">Over all features: rows in this bin of the feature or below go left.</param>
/// <param name="Slope">Of the left side.</param>
/// <param name="Curvature">Of the left side.</param>
internal readonly record struct Split(int Feature, int Bin, double Gain, long Slope, long Curvature)
{
    /// <summary>The first of the best in the order of features and bins; null where none gains enough.</summary>
    public static Split? Best(long[] sums, int[] offsets, long slope, long curvature, BoostedTreesParams parameters)
    {
        Split? best = null;
        var bestGain = Math.Max(parameters.MinGain, 1e-9);
        var whole = Score(slope, curvature, parameters.L2);
        var least = parameters.MinChildWeight / Gradients.Unit;
        for (var f = 0; f + 1 < offsets.Length; f++)
        {
            long left = 0, leftCurvature = 0;
            for (var bin = offsets[f]; bin < offsets[f + 1] - 1; bin++)
            {
                if (sums[2 * bin + 1] == 0) continue; // no rows: the same question as the bin before
                left += sums[2 * bin];
                leftCurvature += sums[2 * bin + 1];
                if (leftCurvature < least) continue;
                if (curvature - leftCurvature < least) break;
                var gain = Score(left, leftCurvature, parameters.L2) + Score(slope - left, curvature - leftCurvature, parameters.L2) - whole;
                if (gain <= bestGain) continue;
                bestGain = gain;
                best = new Split(f, bin, gain, left, leftCurvature);
            }
        }
        return best;
    }

    private static double Score(long slope, long curvature, double l2)
    {
        var s = slope * Gradients.Unit;
        return s * s / (curvature * Gradients.Unit + l2);
    }
}

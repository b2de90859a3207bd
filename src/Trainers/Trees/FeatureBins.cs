using System.Runtime.CompilerServices;

namespace Takt.Trainers;

/// <summary>
/// Where a feature's range is cut. A value lies left of a cut if it is at most the cut, in float32, as ONNX Runtime compares it: what is learnt on bins
/// holds for the values themselves.
/// </summary>
internal static class FeatureBins
{
    private const int Sample = 1 << 18;

    /// <summary>The cuts, rising; at most <paramref name="bins"/> - 1 of them, each halfway between two values, with about as many rows between any two.</summary>
    public static float[] Cuts(float[] values, int rows, int bins)
    {
        var stride = (rows + Sample - 1) / Sample; // every so many-th row is enough to see the shape
        var sample = new float[(rows + stride - 1) / stride];
        for (var i = 0; i < sample.Length; i++) sample[i] = values[i * stride];
        Array.Sort(sample);
        var (distinct, counts) = Distinct(sample);
        var cuts = new List<float>(bins - 1);
        var left = sample.Length;
        var binsLeft = bins;
        var inBin = 0;
        for (var i = 0; i + 1 < distinct.Count && binsLeft > 1; i++)
        {
            inBin += counts[i];
            var valuesLeft = distinct.Count - i - 1;
            // Cut when the bin has its share of what was left, or when the values left are no more than the bins left.
            if (valuesLeft >= binsLeft && inBin * (long)binsLeft < left) continue;
            cuts.Add(Between(distinct[i], distinct[i + 1]));
            left -= inBin;
            inBin = 0;
            binsLeft--;
        }
        return [.. cuts];
    }

    /// <summary>How many cuts lie below the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Of(float[] cuts, float value)
    {
        int low = 0, high = cuts.Length;
        while (low < high)
        {
            var middle = low + high >> 1;
            if (value <= cuts[middle]) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private static (List<float> Values, List<int> Counts) Distinct(float[] sorted)
    {
        var values = new List<float>();
        var counts = new List<int>();
        foreach (var value in sorted)
        {
            if (values.Count > 0 && values[^1] == value) counts[^1]++;
            else
            {
                values.Add(value);
                counts.Add(1);
            }
        }
        return (values, counts);
    }

    private static float Between(float a, float b)
    {
        var middle = (float)(((double)a + b) / 2);
        return middle < b ? middle : a; // neighbours in float32 have nothing between them
    }
}

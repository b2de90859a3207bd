using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Takt.Trainers;

/// <summary>
/// Sums of slope and curvature by bin: two 64-bit words a bin. Costs about a nanosecond a row and feature; allocates nothing.
/// </summary>
internal static class Histogram
{
    /// <param name="rows">Places of rows.</param>
    /// <param name="gradients">As <see cref="Gradients"/> packs them.</param>
    /// <param name="sums">Is added to: slope, curvature, by bin.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<int> rows, BinnedRows binned, long[] gradients, long[] sums)
    {
        if (sums.Length < binned.Offsets[^1] * 2) throw new ArgumentException("The histogram is too small for the bins.", nameof(sums));
        // Every bin is below Offsets[^1] by construction and every row below Rows: the check above stands for those of each step.
        ref var bins = ref MemoryMarshal.GetArrayDataReference(binned.Bins);
        ref var gradient = ref MemoryMarshal.GetArrayDataReference(gradients);
        ref var sum = ref MemoryMarshal.GetArrayDataReference(sums);
        var features = binned.Features;
        foreach (var row in rows)
        {
            var pair = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.Add(ref gradient, row)).AsInt32());
            ref var bin = ref Unsafe.Add(ref bins, (nint)row * features);
            for (var f = 0; f < features; f++)
            {
                ref var at = ref Unsafe.Add(ref sum, (nint)Unsafe.Add(ref bin, f) * 2);
                (Vector128.LoadUnsafe(ref at) + pair).StoreUnsafe(ref at);
            }
        }
    }

    public static void Add(long[] from, long[] to)
    {
        for (var i = 0; i < from.Length; i++) to[i] += from[i];
    }

    public static void Subtract(long[] part, long[] from)
    {
        for (var i = 0; i < part.Length; i++) from[i] -= part[i];
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Takt.Trainers;

/// <summary>Parts rows by a question. Costs about a nanosecond a row and does not branch: the answers are as good as random.</summary>
internal static class Sides
{
    /// <param name="rows">Places of rows.</param>
    /// <param name="bins">The feature's bin by row.</param>
    /// <param name="last">The last bin that goes left.</param>
    /// <param name="lefts">As long as rows; its first ones are written.</param>
    /// <param name="rights">Likewise.</param>
    /// <returns>How many went left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Part(ReadOnlySpan<int> rows, byte[] bins, int last, Span<int> lefts, Span<int> rights)
    {
        if (lefts.Length < rows.Length || rights.Length < rows.Length) throw new ArgumentException("There is no room for all rows on one side.", nameof(rows));
        // Each side is written at most once a row: the check above stands for those of each step.
        ref var left = ref MemoryMarshal.GetReference(lefts);
        ref var right = ref MemoryMarshal.GetReference(rights);
        int l = 0, r = 0;
        foreach (var row in rows)
        {
            var goesLeft = (int)((uint)(bins[row] - last - 1) >> 31);
            Unsafe.Add(ref left, l) = row;
            Unsafe.Add(ref right, r) = row;
            l += goesLeft;
            r += 1 - goesLeft;
        }
        return l;
    }

    /// <summary>Where both sides are leaves: adds the side's value to each row's score.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<int> rows, byte[] bins, int last, float left, float right, float[] scores)
    {
        Span<float> values = [right, left];
        foreach (var row in rows) scores[row] += values[(int)((uint)(bins[row] - last - 1) >> 31)];
    }
}

namespace Takt.Trainers;

/// <summary>Which of the rows that were read are used, and in which order.</summary>
internal static class RowSelection
{
    /// <summary>Places of the rows in the order of their time, thinned to at most <paramref name="most"/>; null where all are in order already.</summary>
    public static int[]? Choose(long[] times, int? most, int seed)
    {
        var rows = most < times.Length ? Thin(times.Length, most.Value, seed) : null;
        var sorted = true;
        for (var i = 1; i < times.Length && sorted; i++) sorted = times[i - 1] <= times[i];
        if (sorted) return rows;
        rows ??= Enumerable.Range(0, times.Length).ToArray();
        // Stable: equal times keep the order of the files.
        Array.Sort(rows, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return rows;
    }

    /// <summary>The <paramref name="count"/> rows whose seeded hashes are smallest, in order.</summary>
    private static int[] Thin(int rows, int count, int seed)
    {
        var hashes = new ulong[rows];
        var places = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            hashes[i] = Mix.Hash(seed, (ulong)i);
            places[i] = i;
        }
        Array.Sort(hashes, places);
        Array.Resize(ref places, count);
        Array.Sort(places);
        return places;
    }
}

/// <summary>SplitMix64: the same numbers on every machine and runtime.</summary>
internal static class Mix
{
    public static ulong Hash(int seed, ulong position)
    {
        var z = unchecked((ulong)seed * 0xD1342543DE82EF95UL + (position + 1) * 0x9E3779B97F4A7C15UL);
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ z >> 27) * 0x94D049BB133111EBUL;
        return z ^ z >> 31;
    }

    /// <summary>Deals the labels out anew (Fisher and Yates).</summary>
    public static byte[] Shuffle(byte[] labels, int seed)
    {
        var shuffled = (byte[])labels.Clone();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = (int)(Hash(seed, (ulong)i) % (ulong)(i + 1));
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }
}

using System.Buffers;

namespace Takt.Tracking;

/// <summary>
/// Metric points of one call, by key, in pooled columns: filling it allocates nothing for a point, only for a key met for the first time.
/// Not thread-safe.
/// </summary>
internal sealed class MetricBatch : IDisposable
{
    private readonly List<string> keys = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private int[] key = ArrayPool<int>.Shared.Rent(64);
    private long[] time = ArrayPool<long>.Shared.Rent(64);
    private long[] step = ArrayPool<long>.Shared.Rent(64);
    private double[] value = ArrayPool<double>.Shared.Rent(64);

    public int Count { get; private set; }

    public IReadOnlyList<string> Keys => keys;

    /// <summary>The number of a key in this batch.</summary>
    public int KeyOf(ReadOnlySpan<char> name)
    {
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out var number)) return number;
        var text = name.ToString();
        numbers.Add(text, keys.Count);
        keys.Add(text);
        return keys.Count - 1;
    }

    public void Add(ReadOnlySpan<char> name, long at, long atStep, double of) => Add(KeyOf(name), at, atStep, of);

    public void Add(int keyNumber, long at, long atStep, double of)
    {
        if (Count == key.Length || Count == time.Length || Count == step.Length || Count == value.Length) Grow();
        key[Count] = keyNumber;
        time[Count] = at;
        step[Count] = atStep;
        value[Count] = of;
        Count++;
    }

    /// <summary>The points as one tail row: for each key its name, then its points packed.</summary>
    public PackedBytes Pack()
    {
        var order = ArrayPool<int>.Shared.Rent(Count);
        var starts = ArrayPool<int>.Shared.Rent(keys.Count + 1);
        try
        {
            Group(order, starts);
            var packed = new PackedBytes();
            for (var k = 0; k < keys.Count; k++)
            {
                packed.Text(keys[k]);
                packed.Unsigned((ulong)(starts[k + 1] - starts[k]));
                long lastTime = 0, lastStep = 0;
                for (var i = starts[k]; i < starts[k + 1]; i++)
                {
                    var p = order[i];
                    packed.Point(time[p] - lastTime, step[p] - lastStep, value[p]);
                    (lastTime, lastStep) = (time[p], step[p]);
                }
            }
            return packed;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(order);
            ArrayPool<int>.Shared.Return(starts);
        }
    }

    /// <summary>The newest point of each key, in the order of the keys' names (so that calls at once lock rows in one order).</summary>
    public LatestColumns Latest()
    {
        var best = new int[keys.Count];
        Array.Fill(best, -1);
        for (var i = 0; i < Count; i++)
        {
            ref var b = ref best[key[i]];
            if (b < 0 || LatestRule.Beats(step[i], time[i], value[i], step[b], time[b], value[b])) b = i;
        }
        var order = new int[keys.Count];
        for (var k = 0; k < order.Length; k++) order[k] = k;
        Array.Sort(order, (a, b) => string.CompareOrdinal(keys[a], keys[b]));
        var columns = new LatestColumns(new string[order.Length], new double[order.Length], new long[order.Length], new long[order.Length]);
        for (var k = 0; k < order.Length; k++)
        {
            var p = best[order[k]];
            columns.Keys[k] = keys[order[k]];
            columns.Values[k] = value[p];
            columns.Times[k] = time[p];
            columns.Steps[k] = step[p];
        }
        return columns;
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(key);
        ArrayPool<long>.Shared.Return(time);
        ArrayPool<long>.Shared.Return(step);
        ArrayPool<double>.Shared.Return(value);
        key = [];
        time = step = [];
        value = [];
        Count = 0;
    }

    /// <summary>A counting sort by key; points of a key keep their order.</summary>
    private void Group(int[] order, int[] starts)
    {
        Array.Clear(starts, 0, keys.Count + 1);
        for (var i = 0; i < Count; i++) starts[key[i] + 1]++;
        for (var k = 0; k < keys.Count; k++) starts[k + 1] += starts[k];
        var next = starts.AsSpan(0, keys.Count).ToArray();
        for (var i = 0; i < Count; i++) order[next[key[i]]++] = i;
    }

    private void Grow()
    {
        var size = Count * 2;
        Grow(ref key, size);
        Grow(ref time, size);
        Grow(ref step, size);
        Grow(ref value, size);
    }

    private void Grow<T>(ref T[] array, int size)
    {
        var larger = ArrayPool<T>.Shared.Rent(size);
        array.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}

/// <summary>The newest point of each key, as columns for <c>unnest</c>.</summary>
internal sealed record LatestColumns(string[] Keys, double[] Values, long[] Times, long[] Steps);

/// <summary>MLflow's rule for the newest value: highest step, then time, then value; NaN counts as 0.</summary>
internal static class LatestRule
{
    public static bool Beats(long step, long time, double value, long otherStep, long otherTime, double otherValue)
    {
        if (step != otherStep) return step > otherStep;
        if (time != otherTime) return time > otherTime;
        return Rank(value) > Rank(otherValue);
    }

    private static double Rank(double value) => double.IsNaN(value) ? 0 : value;
}

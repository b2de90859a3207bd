using System.Collections.Concurrent;

namespace Takt.Serving;

/// <summary>Requests, errors and latencies of the last ten seconds, by deployment: ten buckets of a second with a histogram whose steps are a fifth. Thread-safe.</summary>
internal sealed class TrafficWatch(TimeProvider time)
{
    private const int Seconds = 10;
    private const int Steps = 96;
    private static readonly double LogStep = Math.Log(1.2);

    private readonly ConcurrentDictionary<DeploymentKey, Recent> recents = new();

    public void Add(DeploymentKey key, IReadOnlyList<LoggedRow> rows)
    {
        var recent = recents.GetOrAdd(key, static _ => new Recent());
        lock (recent)
        {
            foreach (var row in rows)
                if (!row.Shadow && row.Row == 0)
                    recent.Add(row.Received / 1_000_000, row.Latency);
        }
    }

    /// <summary>Requests a second, p50 and p99 in milliseconds (null where there was none).</summary>
    public (double Rate, double? P50, double? P99) Of(DeploymentKey key)
    {
        if (!recents.TryGetValue(key, out var recent)) return (0, null, null);
        lock (recent) return recent.Sum(time.GetUtcNow().ToUnixTimeSeconds());
    }

    private sealed class Recent
    {
        private readonly long[] seconds = new long[Seconds];
        private readonly int[,] counts = new int[Seconds, Steps];

        public void Add(long second, uint latency)
        {
            var slot = (int)(second % Seconds);
            if (seconds[slot] != second)
            {
                if (seconds[slot] > second) return; // too late to count
                seconds[slot] = second;
                for (var i = 0; i < Steps; i++) counts[slot, i] = 0;
            }
            counts[slot, Math.Clamp((int)(Math.Log(Math.Max(1u, latency)) / LogStep), 0, Steps - 1)]++;
        }

        public (double Rate, double? P50, double? P99) Sum(long now)
        {
            Span<long> sums = stackalloc long[Steps];
            sums.Clear();
            var total = 0L;
            for (var slot = 0; slot < Seconds; slot++)
            {
                if (seconds[slot] <= now - Seconds) continue;
                for (var i = 0; i < Steps; i++)
                {
                    sums[i] += counts[slot, i];
                    total += counts[slot, i];
                }
            }
            return total == 0 ? (0, null, null) : ((double)total / Seconds, At(sums, total * 0.5), At(sums, total * 0.99));
        }

        private static double At(ReadOnlySpan<long> sums, double place)
        {
            var seen = 0L;
            for (var i = 0; i < sums.Length; i++)
            {
                seen += sums[i];
                if (seen >= place) return Math.Exp((i + 0.5) * LogStep) / 1000;
            }
            return Math.Exp(sums.Length * LogStep) / 1000;
        }
    }
}

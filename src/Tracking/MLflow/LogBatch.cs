namespace Takt.Tracking.MLflow;

/// <summary>A log-batch request as it was read.</summary>
internal sealed class LogBatch : IDisposable
{
    public const int MostMetrics = 1000;
    public const int MostPairs = 100;
    public const int MostInAll = 1000;

    public string? Run { get; set; }

    public MetricBatch Metrics { get; } = new();

    /// <summary>Metrics that are a logged model's too; the run is not known while they are read.</summary>
    public List<(string Model, LoggedMetric Metric)> OfModels { get; } = [];

    /// <summary>In order; a key that stands twice is a mistake.</summary>
    public List<KeyValuePair<string, string>> Params { get; } = [];

    /// <summary>The last of a key counts.</summary>
    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>As they came, also those beyond the limits, which are counted and not kept.</summary>
    public int MetricCount { get; set; }

    public int ParamCount { get; set; }

    public int TagCount { get; set; }

    /// <exception cref="MLflowException">More than MLflow takes in one call, or a param twice.</exception>
    public void Check()
    {
        Limit("metrics", MostMetrics, MetricCount);
        Limit("params", MostPairs, ParamCount);
        Limit("tags", MostPairs, TagCount);
        Limit("metrics, params, and tags", MostInAll, MetricCount + ParamCount + TagCount);
        var twice = Params.GroupBy(p => p.Key, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"'{g.Key}'").ToList();
        if (twice.Count > 0)
            throw MLflowException.Invalid($"Duplicate parameter keys have been submitted: [{string.Join(", ", twice)}]. Please ensure the request contains only one param value per param key.");
    }

    public void Dispose() => Metrics.Dispose();

    private static void Limit(string what, int limit, int count)
    {
        if (count > limit)
            throw MLflowException.Invalid($"A batch logging request can contain at most {limit} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again.");
    }
}

namespace Takt.Quality;

/// <summary>What a candidate must show before it may be registered: a <c>gates:</c> entry of takt.yaml.</summary>
/// <param name="Thresholds">On the candidate's own figures.</param>
/// <param name="AgainstChampion">On the same rows; null: not compared.</param>
/// <param name="GoldenTolerance">Largest absolute difference from a golden case's expected output.</param>
/// <param name="LatencyP99">Of one row in process; null: not asked.</param>
public sealed record GateSpec(string Name, IReadOnlyList<MetricThreshold> Thresholds, ChampionRule? AgainstChampion, double GoldenTolerance, TimeSpan? LatencyP99);

/// <param name="Metric">As the evaluation names it: <c>log_loss</c>, <c>auc</c>, <c>calibration_error</c>.</param>
public sealed record MetricThreshold(string Metric, double? AtMost, double? AtLeast);

/// <summary>How a challenger is held against the champion on rows neither saw.</summary>
/// <param name="Metric">The loss that is compared row by row: <c>log_loss</c> or <c>brier</c>.</param>
/// <param name="MinRows">Fewer rows decide nothing: the gate refuses.</param>
/// <param name="Margin">The challenger's mean loss must lie below the champion's plus this, with the confidence given. 0: it must win.</param>
/// <param name="Confidence">One-sided, e.g. 0.95.</param>
public sealed record ChampionRule(string Metric, long MinRows, double Margin, double Confidence);

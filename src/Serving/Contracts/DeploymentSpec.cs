namespace Takt.Serving;

/// <summary>What was asked: a <c>deployments:</c> entry of takt.yaml.</summary>
/// <param name="Model">The registered model whose versions it serves. Its alias <c>champion</c> is protected: only a rollout moves it.</param>
/// <param name="Rollout">How a new version goes out.</param>
/// <param name="FlushBeforeAnswer">The inference log is on disk before the answer goes out; else within 50 ms.</param>
/// <param name="StickyBy">The input or header whose hash decides the split; null: the request id.</param>
public sealed record DeploymentSpec(string Name, string Model, RolloutSpec Rollout, bool FlushBeforeAnswer, string? StickyBy);

/// <summary>The stages of a rollout and what each must show.</summary>
/// <param name="Stages">Percent of the traffic the challenger answers, rising to 100; 0 is the shadow stage.</param>
/// <param name="MinRequests">Of the challenger's answers (or shadowed copies) in each stage.</param>
/// <param name="QualityMargin">Non-inferiority: paired log loss may be worse than the champion's by at most this.</param>
/// <param name="ErrorMargin">The share of errors may be higher by at most this.</param>
/// <param name="LatencyMargin">The p99 may be higher by at most this factor.</param>
/// <param name="ScoreShift">Largest Kolmogorov-Smirnov distance between the two models' scores before it counts as bad.</param>
/// <param name="Alpha">Chance of a false rollback over the whole rollout, however often it looks.</param>
/// <param name="MinPairs">Pairs with truth that the shadow stage must have.</param>
/// <param name="Patience">A stage that decides nothing for this long is rolled back.</param>
public sealed record RolloutSpec(IReadOnlyList<int> Stages, int MinRequests, double QualityMargin, double ErrorMargin, double LatencyMargin, double ScoreShift,
    double Alpha, int MinPairs, TimeSpan Patience);

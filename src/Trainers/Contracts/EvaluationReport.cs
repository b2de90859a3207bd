namespace Takt.Trainers;

/// <summary><c>metrics.json</c> of an evaluation: several models on the same rows.</summary>
/// <param name="Models">By the names of the spec.</param>
/// <param name="Paired">Every other model against the champion, by log loss and by Brier score; empty for a single model.</param>
public sealed record EvaluationReport(long Rows, double BaseRate, DateTimeOffset FirstRow, DateTimeOffset LastRow, IReadOnlyDictionary<string, Figures> Models, IReadOnlyList<PairedFigures> Paired, long Unlabelled);

/// <summary>Two models' losses on the same rows, row by row.</summary>
/// <param name="Metric"><c>log_loss</c> or <c>brier</c>.</param>
/// <param name="MeanDifference">Candidate's loss minus champion's: below 0, the candidate is better.</param>
/// <param name="StandardError">Of that mean, taking rows as independent.</param>
/// <param name="StandardErrorByDay">Of that mean, taking days (UTC) as independent: rows of a day share its weather; null with fewer than 3 days.</param>
/// <param name="Days">How many days the rows come from.</param>
public sealed record PairedFigures(string Candidate, string Champion, string Metric, long Rows, double CandidateLoss, double ChampionLoss, double MeanDifference, double StandardError, double? StandardErrorByDay, int Days);

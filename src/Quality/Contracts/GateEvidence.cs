using Takt.Kernel;

namespace Takt.Quality;

/// <summary>What the gate is given. It does not ask who the champion is.</summary>
/// <param name="Model">The ONNX file's digest in Artifacts.</param>
/// <param name="Metrics">On rows the candidate did not train on.</param>
/// <param name="Golden">JSON of golden cases: <c>[{"inputs": {"hour": 7, ...}, "expected": {"probability": 0.21}}]</c>; null: none.</param>
/// <param name="Paired">Candidate and champion on the same unseen rows; null where there is no champion.</param>
/// <param name="Candidate">For people: what is judged, e.g. <c>pipeline-run:…</c>.</param>
/// <param name="Champion">For people: <c>flight-late/1</c>; null where there is none.</param>
public sealed record GateEvidence(Digest Model, IReadOnlyDictionary<string, double> Metrics, string? Golden, PairedComparison? Paired, string Candidate, string? Champion);

/// <summary>Two models on the same rows.</summary>
/// <param name="MeanDifference">Candidate's loss minus champion's, per row: below 0 is better.</param>
/// <param name="StandardError">Of that mean.</param>
public sealed record PairedComparison(string Metric, long Rows, double Candidate, double Champion, double MeanDifference, double StandardError,
    IReadOnlyDictionary<string, double> CandidateMetrics, IReadOnlyDictionary<string, double> ChampionMetrics);

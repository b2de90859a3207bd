namespace Takt.Monitoring;

/// <summary>A window that was looked at, with its figures: a column of the heat map.</summary>
/// <param name="From">Event time, inclusive.</param>
/// <param name="To">Event time, exclusive.</param>
/// <param name="Rows">That the champion answered.</param>
/// <param name="Truths">Of those, whose truth has come.</param>
internal sealed record MonitorWindow(string Monitor, DateTimeOffset From, DateTimeOffset To, int Revision, string ModelVersion, WindowStatus Status, long Rows, long Truths,
    WindowFigures? Figures, IReadOnlyList<KindFindings> Findings, DateTimeOffset LookedAt);

internal enum WindowStatus { AwaitingTruth, Complete, TooFewRows, Superseded, NoReference }

/// <summary>What one kind of question found.</summary>
internal sealed record KindFindings(AlertKind Kind, bool Flagged, IReadOnlyList<Finding> Findings);

/// <param name="Share">Of truths that came true; null without truth.</param>
/// <param name="LogLoss">Mean, nats; null without truth.</param>
/// <param name="Blocks">By day, or the shorter blocks of a short window.</param>
internal sealed record WindowFigures(double MeanScore, double? Share, double? LogLoss, double ReferenceMeanScore, double ReferenceShare, double ReferenceLogLoss,
    long ReferenceRows, IReadOnlyList<BlockFigures> Blocks)
{
    public static WindowFigures Of(Profile reference, Profile current)
    {
        Block a = TruthTests.Sum(reference), b = TruthTests.Sum(current);
        return new WindowFigures(b.Scores / b.Rows, Mean(b, b.Labels), current.Probability ? Mean(b, b.Loss) : null,
            a.Scores / a.Rows, a.Labels / Math.Max(1, a.Labelled), a.Loss / Math.Max(1, a.Labelled), a.Rows,
            [.. current.Blocks.Select(d => new BlockFigures(DateTimeOffset.FromUnixTimeSeconds(d.Start), d.Rows, d.Scores / d.Rows, Mean(d, d.Labels), Mean(d, d.Loss)))]);
    }

    private static double? Mean(Block block, double sum) => block.Labelled == 0 ? null : sum / block.Labelled;
}

internal sealed record BlockFigures(DateTimeOffset From, long Rows, double MeanScore, double? Share, double? LogLoss);

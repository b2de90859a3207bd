namespace Takt.Trainers;

/// <summary>How good probabilities are on some rows.</summary>
/// <param name="LogLoss">Mean, natural logarithm; probabilities are kept within 1e-7 of 0 and 1.</param>
/// <param name="Auc">Chance that a true row scores above an untrue one; ties count half. 0.5 where only one class is there.</param>
/// <param name="Brier">Mean squared error of the probability.</param>
/// <param name="Accuracy">At 0.5.</param>
/// <param name="BaseRate">Share of true rows.</param>
/// <param name="MeanScore">Mean probability.</param>
/// <param name="CalibrationError">Rows in 20 groups of about equal size by score: the groups' mean gap between score and truth, by rows.</param>
public sealed record Figures(double LogLoss, double Auc, double Brier, double Accuracy, double BaseRate, double MeanScore, double CalibrationError, long Rows)
{
    private const int Groups = 20;

    internal static double LogLossOf(float score, byte label)
    {
        var p = Math.Clamp((double)score, 1e-7, 1 - 1e-7);
        return -ExactMath.Log(label != 0 ? p : 1 - p);
    }

    internal static double BrierOf(float score, byte label) => ((double)score - label) * ((double)score - label);

    internal static Figures Of(ReadOnlySpan<float> scores, ReadOnlySpan<byte> labels)
    {
        if (scores.IsEmpty) throw new ArgumentException("There are no rows to measure.", nameof(scores));
        double loss = 0, brier = 0, sum = 0;
        long right = 0, positive = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            loss += LogLossOf(scores[i], labels[i]);
            brier += BrierOf(scores[i], labels[i]);
            sum += scores[i];
            positive += labels[i];
            if (scores[i] >= 0.5f == (labels[i] != 0)) right++;
        }
        var n = (double)scores.Length;
        var (auc, calibration) = Ranked(scores.ToArray(), labels.ToArray());
        return new Figures(loss / n, auc, brier / n, right / n, positive / n, sum / n, calibration, scores.Length);
    }

    /// <summary>What always answering the same would have reached.</summary>
    internal static Figures OfConstant(double rate, ReadOnlySpan<byte> labels)
    {
        long positive = 0;
        foreach (var label in labels) positive += label;
        var n = (double)labels.Length;
        var share = positive / n;
        var p = Math.Clamp(rate, 1e-7, 1 - 1e-7);
        var loss = -(share * ExactMath.Log(p) + (1 - share) * ExactMath.Log(1 - p));
        return new Figures(loss, 0.5, share * (1 - rate) * (1 - rate) + (1 - share) * rate * rate, rate >= 0.5 ? share : 1 - share, share, rate, Math.Abs(rate - share), labels.Length);
    }

    /// <summary>What needs the rows in the order of their scores. Rows of one score stay together.</summary>
    private static (double Auc, double Calibration) Ranked(float[] scores, byte[] labels)
    {
        Array.Sort(scores, labels);
        long positive = 0, negative = 0;
        double wins = 0, gap = 0, groupScore = 0;
        long groupRows = 0, groupPositive = 0;
        for (var i = 0; i < scores.Length;)
        {
            long tiedPositive = 0, tied = 0;
            var score = scores[i];
            for (; i < scores.Length && scores[i] == score; i++, tied++) tiedPositive += labels[i];
            wins += tiedPositive * (negative + (tied - tiedPositive) / 2.0);
            positive += tiedPositive;
            negative += tied - tiedPositive;
            groupRows += tied;
            groupPositive += tiedPositive;
            groupScore += (double)score * tied;
            if (groupRows * (long)Groups < scores.Length && i < scores.Length) continue;
            gap += Math.Abs(groupScore - groupPositive);
            (groupRows, groupPositive, groupScore) = (0, 0, 0);
        }
        return (positive == 0 || negative == 0 ? 0.5 : wins / ((double)positive * negative), gap / scores.Length);
    }
}

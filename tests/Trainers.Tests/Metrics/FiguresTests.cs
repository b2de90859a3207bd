namespace Takt.Trainers.Tests.Metrics;

public sealed class FiguresTests
{
    [Fact]
    public void The_figures_are_those_worked_out_by_hand()
    {
        var figures = Figures.Of([0.1f, 0.4f, 0.4f, 0.8f], [0, 1, 0, 1]);
        Assert.Equal(3.5 / 4, figures.Auc); // of 4 pairs three are right and one is tied
        Assert.Equal((0.01 + 0.36 + 0.16 + 0.04) / 4, figures.Brier, 1e-7);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.4) + Math.Log(0.6) + Math.Log(0.8)) / 4, figures.LogLoss, 1e-7);
        Assert.Equal(0.75, figures.Accuracy);
        Assert.Equal(0.5, figures.BaseRate);
        Assert.Equal((0.1 + 0.2 + 0.2) / 4, figures.CalibrationError, 1e-7);
    }

    [Fact]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_order()
    {
        var random = new Random(2);
        float[] scores = [.. Enumerable.Range(0, 500).Select(_ => random.Next(50) / 50f)];
        byte[] labels = [.. scores.Select(s => (byte)(random.NextSingle() < s ? 1 : 0))];
        double wins = 0, pairs = 0;
        for (var i = 0; i < 500; i++)
            for (var j = 0; j < 500; j++)
                if (labels[i] == 1 && labels[j] == 0)
                {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
        Assert.Equal(wins / pairs, Figures.Of(scores, labels).Auc, 1e-12);
    }

    [Fact]
    public void Certain_and_wrong_costs_much_but_not_infinitely() => Assert.Equal(-Math.Log(1e-7), Figures.Of([1f], [0]).LogLoss, 1e-6);

    [Fact]
    public void A_constant_answer_is_measured_as_any_other()
    {
        byte[] labels = [0, 1, 0, 0, 1];
        var figures = Figures.OfConstant(0.3, labels);
        var scored = Figures.Of([0.3f, 0.3f, 0.3f, 0.3f, 0.3f], labels);
        Assert.Equal(scored.LogLoss, figures.LogLoss, 1e-6);
        Assert.Equal(scored.Brier, figures.Brier, 1e-6);
        Assert.Equal(scored.Auc, figures.Auc);
        Assert.Equal(scored.Accuracy, figures.Accuracy);
        Assert.Equal(scored.CalibrationError, figures.CalibrationError, 1e-6);
    }
}

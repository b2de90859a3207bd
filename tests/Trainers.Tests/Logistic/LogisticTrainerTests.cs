namespace Takt.Trainers.Tests.Logistic;

public sealed class LogisticTrainerTests
{
    [Fact]
    public void The_weights_behind_the_rows_are_found()
    {
        var random = new Random(5);
        const int Rows = 200_000;
        float[] x = new float[Rows], hour = new float[Rows];
        var labels = new byte[Rows];
        for (var i = 0; i < Rows; i++)
        {
            (x[i], hour[i]) = (1000 + 50 * (random.NextSingle() - 0.5f), random.Next(4));
            var logOdds = -1 + 0.05 * (x[i] - 1000) + 0.3 * hour[i];
            labels[i] = (byte)(random.NextDouble() < 1 / (1 + Math.Exp(-logOdds)) ? 1 : 0);
        }
        Column[] columns = [new NumberColumn(new FeatureSpec { Name = "x" }, InputType.Float, x), new NumberColumn(new FeatureSpec { Name = "hour", Kind = FeatureKind.Level }, InputType.Int64, hour)];
        var model = LogisticTrainer.Fit(new Frame(new long[Rows], labels, columns, 0), labels, Rows, new LogisticParams(), 2);
        var learnt = model.Learnt();
        Assert.Equal(0.05, ((Dictionary<string, float>)learnt["weights"])["x"], 0.003);
        var levels = ((Dictionary<string, Dictionary<string, float>>)learnt["level_weights"])["hour"];
        Assert.Equal(0.9, levels["3"] - levels["0"], 0.05);
        Assert.InRange((int)learnt["passes"], 3, 9);
        // At the minimum the mean score is the base rate: the intercept is not penalised.
        var figures = Figures.Of(model.TrainingScores, labels);
        Assert.Equal(figures.BaseRate, figures.MeanScore, 1e-5);
    }

    [Fact]
    public void Rows_that_a_line_parts_and_a_constant_input_still_give_finite_weights()
    {
        float[] x = [.. Enumerable.Range(0, 1000).Select(i => (float)i)];
        byte[] labels = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i >= 500 ? 1 : 0))];
        var frame = new Frame(new long[1000], labels,
            [new NumberColumn(new FeatureSpec { Name = "x" }, InputType.Float, x), new NumberColumn(new FeatureSpec { Name = "one" }, InputType.Float, [.. Enumerable.Repeat(1f, 1000)])], 0);
        var scores = LogisticTrainer.Fit(frame, labels, 1000, new LogisticParams(), 1).Score(frame, 0, 1000, 1);
        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.Equal(1, Figures.Of(scores, labels).Auc);
    }
}

namespace Takt.Trainers.Tests.Trees;

public sealed class BoostedTreesTests
{
    [Fact]
    public void Trees_learn_what_no_weighted_sum_can()
    {
        var random = new Random(3);
        const int Rows = 20_000;
        float[] x = new float[Rows], y = new float[Rows];
        var labels = new byte[Rows];
        for (var i = 0; i < Rows; i++)
        {
            (x[i], y[i]) = (random.NextSingle(), random.NextSingle());
            labels[i] = (byte)((x[i] > 0.5f) ^ (y[i] > 0.5f) ^ (random.Next(10) == 0) ? 1 : 0);
        }
        var frame = new Frame(new long[Rows], labels, [new NumberColumn(new FeatureSpec { Name = "x" }, InputType.Float, x), new NumberColumn(new FeatureSpec { Name = "y" }, InputType.Float, y)], 0);
        var model = BoostedTreesTrainer.Fit(frame, labels, Rows, new BoostedTreesParams { Trees = 30, Depth = 3, LearningRate = 0.3 }, null, 2, (_, _) => { });
        var figures = Figures.Of(model.Score(frame, 0, Rows, 2), labels);
        Assert.InRange(figures.Accuracy, 0.89, 0.92);
        Assert.InRange(figures.CalibrationError, 0, 0.02);
        Assert.Equal(figures.LogLoss, Figures.Of(model.TrainingScores, labels).LogLoss, 1e-6);
    }

    [Fact]
    public void One_tree_gives_each_leaf_the_Newton_step()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(i => (float)(i % 2))];
        byte[] labels = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 2 == 0 ? (i % 10 == 0 ? 1 : 0) : (i % 10 == 9 ? 0 : 1)))];
        var frame = new Frame(new long[1000], labels, [new NumberColumn(new FeatureSpec { Name = "x" }, InputType.Float, values)], 0);
        var model = BoostedTreesTrainer.Fit(frame, labels, 1000, new BoostedTreesParams { Trees = 1, LearningRate = 1, L2 = 1, Depth = 2 }, null, 1, (_, _) => { });
        // 100 of 500 true on the left, 400 of 500 on the right; the start is p = 0.5, so slope = 500 * 0.5 - 100 = 150, curvature = 125.
        var scores = model.Score(frame, 0, 2, 1);
        Assert.Equal(1 / (1 + Math.Exp(150.0 / 126)), scores[0], 1e-6);
        Assert.Equal(1 / (1 + Math.Exp(-150.0 / 126)), scores[1], 1e-6);
    }
}

using Takt.TestKit;

namespace Takt.Trainers.Tests.Steps;

/// <summary>The story that the demo tells, on the real flights (thinned).</summary>
public sealed class FlightsTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    private static readonly DateTimeOffset NewYear = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_model_of_January_fails_in_the_last_week_of_February_and_one_trained_again_wins()
    {
        var data = Path.Combine(SharedData.Repository, ".build", "engines", "flights-3m.parquet");
        if (!File.Exists(data)) throw Missing.Infrastructure($"The flights are not here: {data} comes with a build.");
        var january = fixture.Train(Spec(data, 31)).Folder;
        var alarm = fixture.Train(Spec(data, 57)).Folder;
        var good = Evaluate(data, 31, 52, january).Models["champion"];
        var bad = Evaluate(data, 52, 59, january).Models["champion"];
        Assert.InRange(good.LogLoss, 0.47, 0.49);
        Assert.InRange(bad.LogLoss, 0.62, 0.65);
        var after = Evaluate(data, 57, 67, alarm, january);
        var paired = after.Paired.Single(p => p.Metric == "log_loss");
        Assert.True(paired.MeanDifference + 2 * paired.StandardError < 0, $"{paired}");
        Assert.True(after.Models["challenger"].Auc > after.Models["champion"].Auc);
    }

    private static TrainingSpec Spec(string data, int days) => new()
    {
        Data = [data],
        Time = "date",
        Cutoff = NewYear.AddDays(days),
        Label = "delay > 15",
        Features = Features,
        MaxRows = 200_000,
        BoostedTrees = new BoostedTreesParams { Trees = 60 },
    };

    private EvaluationReport Evaluate(string data, int from, int until, params string[] models) => EvaluateStep.Run(new EvaluationSpec
    {
        Data = [data],
        Time = "date",
        From = NewYear.AddDays(from),
        Until = NewYear.AddDays(until),
        Label = "delay > 15",
        Features = Features,
        MaxRows = 60_000,
        Models = [.. models.Select((folder, i) => new ModelFile(i == models.Length - 1 ? "champion" : "challenger", Path.Combine(folder, "model.onnx")))],
    }, fixture[$"evaluated-{Guid.NewGuid():N}"], new TrainingFixture.Ignored());

    private static FeatureSpec[] Features { get; } =
    [
        new() { Name = "hour", Sql = "hour(date)", Kind = FeatureKind.Level },
        new() { Name = "weekday", Sql = "dayofweek(date)", Kind = FeatureKind.Level },
        new() { Name = "distance", Type = InputType.Float },
        new() { Name = "origin", Kind = FeatureKind.Category },
        new() { Name = "destination", Kind = FeatureKind.Category },
    ];
}

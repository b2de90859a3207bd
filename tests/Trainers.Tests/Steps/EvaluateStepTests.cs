using System.Text.Json;

namespace Takt.Trainers.Tests.Steps;

public sealed class EvaluateStepTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    [Fact]
    public void Models_are_measured_on_the_same_rows_and_paired()
    {
        var training = fixture.Spec() with { Cutoff = new DateTimeOffset(2001, 1, 20, 0, 0, 0, TimeSpan.Zero) };
        var honest = Path.Combine(fixture.Train(training).Folder, "model.onnx");
        var shuffled = Path.Combine(fixture.Train(training with { ShuffleLabels = true }).Folder, "model.onnx");
        var spec = new EvaluationSpec
        {
            Data = training.Data,
            Time = training.Time,
            Label = training.Label,
            Features = training.Features,
            From = training.Cutoff,
            Models = [new ModelFile("challenger", honest), new ModelFile("champion", shuffled)],
        };
        var report = EvaluateStep.Run(spec, fixture["figures"], new TrainingFixture.Ignored());
        Assert.Equal(40_000 - 19 * 1440, report.Rows);
        Assert.Equal(training.Cutoff, report.FirstRow);
        Assert.InRange(report.Models["challenger"].Auc, 0.7, 1);
        Assert.InRange(report.Models["champion"].Auc, 0.3, 0.65); // a model that knows nothing is wrong in one direction or the other
        var paired = report.Paired.Single(p => p.Metric == "log_loss");
        Assert.Equal(("challenger", "champion"), (paired.Candidate, paired.Champion));
        Assert.Equal(report.Models["challenger"].LogLoss - report.Models["champion"].LogLoss, paired.MeanDifference, 1e-9);
        Assert.True(paired.MeanDifference + 5 * paired.StandardError < 0, "the honest model wins clearly");
        Assert.NotNull(paired.StandardErrorByDay);
        Assert.Equal(9, paired.Days);
        var written = JsonDocument.Parse(File.ReadAllText(fixture["figures/metrics.json"])).RootElement;
        Assert.Equal(paired.StandardError, written.GetProperty("paired")[0].GetProperty("standard_error").GetDouble());
    }

    [Fact]
    public void A_model_that_is_none_or_wants_more_is_named()
    {
        var trained = Path.Combine(fixture.Train(fixture.Spec()).Folder, "model.onnx");
        var spec = new EvaluationSpec { Data = [fixture.Made], Time = "at", Label = "late", Features = fixture.Spec().Features, Models = [new ModelFile("m", trained)] };
        Assert.Contains("takes the input 'place'", Refusal(spec with { Features = [.. spec.Features.Take(2)] }), StringComparison.Ordinal);
        Assert.Contains("is none of the models (m)", Refusal(spec with { Champion = "x" }), StringComparison.Ordinal);
        Assert.Contains("has no output 'score'", Refusal(spec with { Models = [new ModelFile("m", trained, "score")] }), StringComparison.Ordinal);
        File.WriteAllText(fixture["no.onnx"], "no model");
        Assert.Contains("ONNX Runtime refuses the model 'm'", Refusal(spec with { Models = [new ModelFile("m", fixture["no.onnx"])] }), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refusal(spec with { Models = [new ModelFile("m", fixture["missing.onnx"])] }), StringComparison.Ordinal);
    }

    private string Refusal(EvaluationSpec spec) => Assert.Throws<TrainingException>(() => EvaluateStep.Run(spec, fixture["refused"], new TrainingFixture.Ignored())).Message;
}

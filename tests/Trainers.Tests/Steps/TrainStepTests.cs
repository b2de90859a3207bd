using System.Security.Cryptography;
using System.Text.Json;
using Takt.Native.OnnxRuntime;

namespace Takt.Trainers.Tests.Steps;

public sealed class TrainStepTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    [Theory]
    [InlineData(Algorithm.Logistic)]
    [InlineData(Algorithm.BoostedTrees)]
    public void The_same_spec_and_rows_give_the_same_bytes_on_any_number_of_threads(Algorithm algorithm)
    {
        var models = new[] { 1, 2, 5 }.Select(threads => File.ReadAllBytes(Path.Combine(fixture.Train(fixture.Spec(algorithm) with { Threads = threads }).Folder, "model.onnx"))).ToArray();
        Assert.Equal(models[0], models[1]);
        Assert.Equal(models[0], models[2]);
    }

    /// <summary>Should hold on every machine. A change of the trainer may change it, and then makes every model irreproducible: say so in the changelog.</summary>
    [Theory]
    [InlineData(Algorithm.Logistic, "9a9dfdd189481daf")]
    [InlineData(Algorithm.BoostedTrees, "488a7b70355f5ef7")]
    public void The_bytes_are_those_of_every_other_machine(Algorithm algorithm, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(fixture.Train(fixture.Spec(algorithm)).Folder, "model.onnx"))))[..16]);

    [Theory]
    [InlineData(Algorithm.Logistic)]
    [InlineData(Algorithm.BoostedTrees)]
    public void ONNX_Runtime_computes_what_the_trainer_does(Algorithm algorithm)
    {
        var (report, folder) = fixture.Train(fixture.Spec(algorithm));
        Assert.InRange(report.OnnxMaxDifference, 0, 1e-6);
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json"))).RootElement;
        Assert.Equal(20, golden.GetArrayLength());
        using var model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
        Assert.Equal("takt", model.Producer);
        using var lane = model.CreateLane(1);
        foreach (var example in golden.EnumerateArray())
        {
            var inputs = example.GetProperty("inputs");
            lane.Input("hour").Span<long>()[0] = inputs.GetProperty("hour").GetInt64();
            lane.Input("size").Span<float>()[0] = inputs.GetProperty("size").GetSingle();
            lane.Input("place").SetStrings([inputs.GetProperty("place").GetString()!]);
            lane.Run();
            Assert.Equal(example.GetProperty("expected").GetProperty("probability").GetSingle(), lane.Output("probability").Span<float>()[0], 1e-6f);
        }
    }

    [Fact]
    public void Every_file_is_there_and_nothing_else()
    {
        var (report, folder) = fixture.Train(fixture.Spec());
        Assert.Equal(TrainStep.Files.Order(), Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order());
        var metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json"))).RootElement;
        Assert.Equal(report.Validation.LogLoss, metrics.GetProperty("validation").GetProperty("log_loss").GetDouble());
        Assert.Equal(8000, metrics.GetProperty("validation").GetProperty("rows").GetInt64());
        var signature = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "signature.json"))).RootElement;
        Assert.Equal(["int64", "float", "string"], signature.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("type").GetString()!));
        var rows = TrainingFixture.Query(Path.Combine(folder, "validation.parquet"), "SELECT count(*), min(event_time), avg(score), avg(unseen_score), avg(label), count(DISTINCT in_place) FROM $file")[0];
        Assert.Equal(8000L, rows[0]);
        Assert.Equal(report.HoldoutFrom, rows[1]);
        Assert.Equal(report.Validation.MeanScore, (double)rows[3]!, 1e-6);
        Assert.Equal(report.Validation.BaseRate, (double)rows[4]!, 1e-9);
        Assert.Equal(30L, rows[5]);
    }

    [Fact]
    public void What_an_earlier_training_left_is_replaced()
    {
        var into = fixture["again"];
        Directory.CreateDirectory(into);
        var first = TrainStep.Run(fixture.Spec(), into, new TrainingFixture.Ignored());
        File.WriteAllText(Path.Combine(into, "model.onnx"), "broken since");
        Assert.Equal(first, TrainStep.Run(fixture.Spec(), into, new TrainingFixture.Ignored()));
        Assert.Equal(TrainStep.Files.Order(), Directory.EnumerateFileSystemEntries(into).Select(Path.GetFileName).Order());
        using var model = OnnxModel.Load(Path.Combine(into, "model.onnx"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
    {
        File.WriteAllText(fixture["file"], "");
        Assert.Contains("Nothing can be written beside", Assert.Throws<TrainingException>(() => TrainStep.Run(fixture.Spec(), Path.Combine(fixture["file"], "model"), new TrainingFixture.Ignored())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_held_out_rows_are_the_last_ones_and_the_cutoff_is_exclusive()
    {
        var cutoff = new DateTimeOffset(2001, 1, 11, 0, 0, 0, TimeSpan.Zero);
        var (report, _) = fixture.Train(fixture.Spec() with { Cutoff = cutoff, Holdout = new Holdout(null, TimeSpan.FromDays(2)), Refit = false });
        Assert.Equal(cutoff.AddMinutes(-1), report.LastRow);
        Assert.Equal(cutoff.AddMinutes(-1).AddDays(-2), report.HoldoutFrom);
        Assert.Equal(8 * 1440 - 1, report.Train.Rows);
        Assert.False(report.Refit);
    }

    [Fact]
    public void A_model_of_shuffled_labels_has_learnt_nothing_and_is_measured_against_the_truth()
    {
        var (honest, _) = fixture.Train(fixture.Spec());
        var (shuffled, _) = fixture.Train(fixture.Spec() with { ShuffleLabels = true, Seed = 7 });
        Assert.InRange(honest.Validation.Auc, 0.7, 1);
        Assert.InRange(shuffled.Validation.Auc, 0.45, 0.55);
        Assert.Equal(honest.Validation.BaseRate, shuffled.Validation.BaseRate);
        Assert.True(shuffled.Validation.LogLoss > honest.Validation.LogLoss);
    }

    [Fact]
    public void Missing_numbers_and_texts_never_seen_are_answered_and_rows_without_a_label_left_out()
    {
        var data = fixture.Parquet("holes", """
            SELECT TIMESTAMP '2001-01-01' + INTERVAL (i) MINUTE AS at,
                   CASE WHEN i % 10 = 3 THEN NULL ELSE (hash(i) % 100)::DOUBLE END AS size,
                   CASE WHEN i % 11 = 0 THEN NULL WHEN i > 4500 THEN 'new ' || i % 3 ELSE 'old ' || i % 3 END AS place,
                   CASE WHEN i % 5 = 0 THEN NULL ELSE hash(i * 3) % 100 < hash(i) % 100 END AS late
            FROM range(5000) t(i)
            """);
        var spec = fixture.Spec() with
        {
            Data = [data],
            Refit = false,
            Features = [new FeatureSpec { Name = "size" }, new FeatureSpec { Name = "place", Kind = FeatureKind.Category }],
        };
        foreach (var algorithm in (Algorithm[])[Algorithm.Logistic, Algorithm.BoostedTrees])
        {
            var (report, folder) = fixture.Train(spec with { Algorithm = algorithm });
            Assert.Equal(1000, report.Unlabelled);
            Assert.Equal(4000, report.Train.Rows + report.Validation.Rows);
            Assert.InRange(report.OnnxMaxDifference, 0, 1e-6);
            using var model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
            using var lane = model.CreateLane(2);
            lane.Input("size").Span<float>()[0] = float.NaN;
            lane.Input("size").Span<float>()[1] = 50;
            lane.Input("place").SetStrings(["never seen", "nor this"]);
            lane.Run();
            Assert.All(lane.Output("probability").Span<float>().ToArray(), p => Assert.InRange(p, 0.2f, 0.8f));
        }
    }

    [Fact]
    public void Early_stopping_takes_fewer_trees()
    {
        var spec = fixture.Spec() with { BoostedTrees = new BoostedTreesParams { Trees = 300, Depth = 5, LearningRate = 0.5, EarlyStopping = 5 } };
        var (_, folder) = fixture.Train(spec);
        Assert.InRange(JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "params.json"))).RootElement.GetProperty("learnt").GetProperty("trees").GetInt32(), 1, 100);
    }

    [Fact]
    public void At_most_max_rows_are_used_and_the_seed_chooses_them()
    {
        var (report, one) = fixture.Train(fixture.Spec() with { MaxRows = 5000 });
        var (_, same) = fixture.Train(fixture.Spec() with { MaxRows = 5000 });
        var (_, other) = fixture.Train(fixture.Spec() with { MaxRows = 5000, Seed = 2 });
        Assert.Equal(5000, report.Train.Rows + report.Validation.Rows);
        Assert.Equal(File.ReadAllBytes(Path.Combine(one, "model.onnx")), File.ReadAllBytes(Path.Combine(same, "model.onnx")));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(one, "model.onnx")), File.ReadAllBytes(Path.Combine(other, "model.onnx")));
    }

    [Fact]
    public void Progress_is_told_as_JSON_lines_that_never_go_back()
    {
        var written = new StringWriter();
        TrainStep.Run(fixture.Spec(), fixture["told"], new ProgressLines(written));
        var lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var shares = lines.Select(line => line.GetProperty("share").GetDouble()).ToArray();
        Assert.Equal(shares.Order(), shares);
        Assert.Equal("done", lines[^1].GetProperty("phase").GetString());
        Assert.Equal(1, shares[^1]);
    }
}

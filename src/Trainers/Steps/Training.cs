namespace Takt.Trainers;

/// <summary>One training, from the files it reads to the files it leaves.</summary>
internal sealed class Training(TrainingSpec spec, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
{
    private const double Tolerance = 1e-5;
    private const int CheckedRows = 20_000;
    private readonly RowSource source = RowSource.Of(spec);

    public TrainingReport Run(string outDir)
    {
        CheckNames();
        source.Check();
        using var output = new OutputFolder(outDir);
        var frame = ReadRows.Read(source);
        Report("read", 0.2, $"{frame.Rows:N0} rows read{(frame.Unlabelled > 0 ? $", {frame.Unlabelled:N0} without a label left out" : "")}");

        // What is learnt may be dealt out anew; what is measured against is always the truth.
        var labels = spec.ShuffleLabels ? Mix.Shuffle(frame.Labels, spec.Seed) : frame.Labels;
        var boundary = TimeSplit.Boundary(frame, spec.Holdout);
        CheckClasses(labels.AsSpan(0, boundary), "before the held-out rows");
        var measured = Fit(frame, labels, boundary, null, "train", 0.2, 0.5);
        var unseen = measured.Score(frame, boundary, frame.Rows, source.Threads);
        var exported = spec.Refit ? Fit(frame, labels, frame.Rows, measured, "refit", 0.55, 0.85) : measured;
        var scores = spec.Refit ? exported.Score(frame, boundary, frame.Rows, source.Threads) : unseen;

        var onnx = exported.ToOnnx();
        var difference = CompareWithOnnx(onnx, frame, boundary, scores);
        Report("check", 0.9, $"ONNX Runtime computes the same from the file (largest difference {difference:0.0e+0})");
        var report = Measure(frame, boundary, measured, unseen, difference);
        output.Write(() =>
        {
            File.WriteAllBytes(output["model.onnx"], onnx);
            StepFiles.Write(output["metrics.json"], report);
            StepFiles.Write(output["params.json"], new Dictionary<string, object> { ["spec"] = spec, ["learnt"] = exported.Learnt() });
            StepFiles.Write(output["signature.json"], SignatureOf(exported));
            StepFiles.Write(output["golden.json"], GoldenCases.Choose(frame, boundary, scores));
            ValidationRows.Write(output["validation.parquet"], frame, boundary, scores, unseen, source);
        });
        Report("done", 1, $"validation log loss {report.Validation.LogLoss:0.0000} (constant {report.BaselineValidation.LogLoss:0.0000}), AUC {report.Validation.Auc:0.000}");
        return report;
    }

    private FittedModel Fit(Frame frame, byte[] labels, int rows, FittedModel? before, string phase, double from, double to)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FittedModel model = spec.Algorithm switch
        {
            Algorithm.Logistic => LogisticTrainer.Fit(frame, labels, rows, spec.Logistic, source.Threads),
            _ => BoostedTreesTrainer.Fit(frame, labels, rows, spec.BoostedTrees, (before as BoostedTreesModel)?.Trees, source.Threads, (done, of) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (done % 20 == 0 && done < of) Report(phase, from + (to - from) * done / of, $"{done} of {of} trees");
            }),
        };
        Report(phase, to, $"{(spec.Algorithm == Algorithm.Logistic ? "logistic model" : $"{((BoostedTreesModel)model).Trees} trees")} trained on {rows:N0} rows");
        return model;
    }

    private TrainingReport Measure(Frame frame, int boundary, FittedModel measured, float[] unseen, double difference)
    {
        var train = frame.Labels.AsSpan(0, boundary);
        var held = frame.Labels.AsSpan(boundary);
        var trainFigures = Figures.Of(measured.TrainingScores, train);
        return new TrainingReport(
            trainFigures,
            Figures.Of(unseen, held),
            Figures.OfConstant(trainFigures.BaseRate, train),
            Figures.OfConstant(trainFigures.BaseRate, held),
            StepFiles.Time(frame.Times[0]),
            StepFiles.Time(frame.Times[boundary]),
            StepFiles.Time(frame.Times[^1]),
            spec.Refit,
            frame.Unlabelled,
            difference);
    }

    /// <summary>A conversion can be silently wrong: the file is run on held-out rows before anybody gets it.</summary>
    private double CompareWithOnnx(byte[] onnx, Frame frame, int boundary, float[] scores)
    {
        using var scorer = new OnnxScorer("model.onnx", onnx);
        var rows = Math.Min(scores.Length, CheckedRows);
        var theirs = scorer.Score(frame, boundary, boundary + rows, source.Threads);
        var most = 0.0;
        for (var i = 0; i < rows; i++) most = Math.Max(most, Math.Abs((double)theirs[i] - scores[i]));
        if (!(most < Tolerance)) throw new InvalidOperationException($"The exported model's scores differ from the trainer's by {most}: this is a mistake in Takt, please report it with the spec.");
        return most;
    }

    private void CheckNames()
    {
        foreach (var feature in spec.Features)
            if (InputNodes.Taken.Contains(feature.Name) || feature.Name.Contains(':', StringComparison.Ordinal))
                throw new TrainingException($"A feature cannot be called '{feature.Name}': {string.Join(", ", InputNodes.Taken)} are names inside the model, and a colon is not allowed. Rename it.");
    }

    private static void CheckClasses(ReadOnlySpan<byte> labels, string where)
    {
        if (labels.IndexOf((byte)1) < 0) throw new TrainingException($"The label is never true in the {labels.Length:N0} rows {where}: there is nothing to tell apart. Correct the label's SQL, or take more rows.");
        if (labels.IndexOf((byte)0) < 0) throw new TrainingException($"The label is always true in the {labels.Length:N0} rows {where}: there is nothing to tell apart. Correct the label's SQL, or take more rows.");
    }

    private static ModelSignature SignatureOf(FittedModel model) => new(
        [.. model.Encoders.Select(e => new ModelPort(e.Name, e.Type switch { InputType.String => "string", InputType.Int64 => "int64", _ => "float" }, [-1, 1]))],
        [new ModelPort(FittedModel.Output, "float", [-1])]);

    private void Report(string phase, double share, string message) => progress.Report(new TrainingProgress(phase, share, message));
}

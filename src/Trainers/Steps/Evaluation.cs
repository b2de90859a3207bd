namespace Takt.Trainers;

/// <summary>Reads the rows once and scores every model on them.</summary>
internal sealed class Evaluation(EvaluationSpec spec, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
{
    public EvaluationReport Run(string outDir)
    {
        var champion = Check();
        using var output = new OutputFolder(outDir);
        var source = RowSource.Of(spec);
        var frame = ReadRows.Read(source);
        progress.Report(new TrainingProgress("read", 0.4, $"{frame.Rows:N0} rows read"));
        var scores = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var model in spec.Models)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scorer = new OnnxScorer(model.Name, Bytes(model), model.Output);
            scores[model.Name] = scorer.Score(frame, 0, frame.Rows, source.Threads);
            progress.Report(new TrainingProgress("measure", 0.4 + 0.5 * scores.Count / spec.Models.Count, $"{model.Name} scored"));
        }
        var figures = spec.Models.ToDictionary(m => m.Name, m => Figures.Of(scores[m.Name], frame.Labels));
        var paired = new List<PairedFigures>();
        foreach (var model in spec.Models.Where(m => m.Name != champion))
        {
            paired.Add(PairedLosses.Compare(model.Name, champion, "log_loss", Figures.LogLossOf, scores[model.Name], scores[champion], frame.Labels, frame.Times));
            paired.Add(PairedLosses.Compare(model.Name, champion, "brier", Figures.BrierOf, scores[model.Name], scores[champion], frame.Labels, frame.Times));
        }
        var report = new EvaluationReport(frame.Rows, figures[champion].BaseRate, StepFiles.Time(frame.Times[0]), StepFiles.Time(frame.Times[^1]), figures, paired, frame.Unlabelled);
        output.Write(() => StepFiles.Write(output["metrics.json"], report));
        progress.Report(new TrainingProgress("done", 1, string.Join("; ", spec.Models.Select(m => $"{m.Name}: log loss {figures[m.Name].LogLoss:0.0000}, AUC {figures[m.Name].Auc:0.000}"))));
        return report;
    }

    private string Check()
    {
        if (spec.Models.Count == 0) throw new TrainingException("models is empty: name at least one ONNX file.");
        var names = spec.Models.Select(m => m.Name).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new TrainingException($"Two models have the same name ({string.Join(", ", names)}): give each its own.");
        var champion = spec.Champion ?? names[^1];
        return names.Contains(champion, StringComparer.Ordinal) ? champion : throw new TrainingException($"The champion '{champion}' is none of the models ({string.Join(", ", names)}).");
    }

    private static byte[] Bytes(ModelFile model)
    {
        try
        {
            return File.ReadAllBytes(model.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The model '{model.Name}' cannot be read: {e.Message}", e);
        }
    }
}

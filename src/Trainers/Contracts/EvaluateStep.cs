namespace Takt.Trainers;

/// <summary>The step behind <c>takt evaluate</c>.</summary>
public static class EvaluateStep
{
    /// <summary>Scores the models on the same rows by ONNX Runtime and writes <c>metrics.json</c> (<see cref="EvaluationReport"/>) into <paramref name="outDir"/>.</summary>
    /// <exception cref="TrainingException">The spec, a model or the data will not do; the message says what to change.</exception>
    public static EvaluationReport Run(string specPath, string outDir, IProgress<TrainingProgress> progress, CancellationToken cancellationToken = default) =>
        Run(EvaluationSpec.Read(specPath), outDir, progress, cancellationToken);

    /// <inheritdoc cref="Run(string, string, IProgress{TrainingProgress}, CancellationToken)"/>
    public static EvaluationReport Run(EvaluationSpec spec, string outDir, IProgress<TrainingProgress> progress, CancellationToken cancellationToken = default) =>
        new Evaluation(spec, progress, cancellationToken).Run(outDir);
}

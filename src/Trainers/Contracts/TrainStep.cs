namespace Takt.Trainers;

/// <summary>The step behind <c>takt train</c>.</summary>
public static class TrainStep
{
    /// <summary>The files a training leaves.</summary>
    public static IReadOnlyList<string> Files { get; } = ["model.onnx", "metrics.json", "params.json", "signature.json", "golden.json", "validation.parquet"];

    /// <summary>
    /// Trains what the spec asks for and writes <see cref="Files"/> into <paramref name="outDir"/>, all of them or none. The same spec and data give the same
    /// bytes of <c>model.onnx</c>, whatever the number of threads. Runs the spec's SQL: meant for a process of its own.
    /// </summary>
    /// <exception cref="TrainingException">The spec or the data will not do; the message says what to change.</exception>
    public static TrainingReport Run(string specPath, string outDir, IProgress<TrainingProgress> progress, CancellationToken cancellationToken = default) =>
        Run(TrainingSpec.Read(specPath), outDir, progress, cancellationToken);

    /// <inheritdoc cref="Run(string, string, IProgress{TrainingProgress}, CancellationToken)"/>
    public static TrainingReport Run(TrainingSpec spec, string outDir, IProgress<TrainingProgress> progress, CancellationToken cancellationToken = default) =>
        new Training(spec, progress, cancellationToken).Run(outDir);
}

namespace Takt.Trainers;

/// <summary><c>metrics.json</c> of a training.</summary>
/// <param name="Train">On the rows the measured model learnt from, with cross-fitted rates.</param>
/// <param name="Validation">On the held-out rows, by a model that has not seen them: the honest figures.</param>
/// <param name="BaselineTrain">What always answering the training rows' rate reaches on them.</param>
/// <param name="BaselineValidation">The same answer on the held-out rows.</param>
/// <param name="HoldoutFrom">The first held-out row's time.</param>
/// <param name="Refit">Was the exported model trained again on all rows?</param>
/// <param name="Unlabelled">Rows left out because their label is null.</param>
/// <param name="OnnxMaxDifference">Largest gap between the trainer's own scores and those that ONNX Runtime computes from the exported file.</param>
public sealed record TrainingReport(
    Figures Train,
    Figures Validation,
    Figures BaselineTrain,
    Figures BaselineValidation,
    DateTimeOffset FirstRow,
    DateTimeOffset HoldoutFrom,
    DateTimeOffset LastRow,
    bool Refit,
    long Unlabelled,
    double OnnxMaxDifference);

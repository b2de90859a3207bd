namespace Takt.Trainers;

/// <summary>A trained model with all it learnt: it scores rows by itself, and writes itself as ONNX. The two must agree.</summary>
internal abstract class FittedModel(IReadOnlyList<Encoder> encoders, float[] trainingScores)
{
    public const string Output = "probability";

    public IReadOnlyList<Encoder> Encoders { get; } = encoders;

    /// <summary>The probabilities of the rows it was trained on, as it saw them in training.</summary>
    public float[] TrainingScores { get; } = trainingScores;

    /// <summary>The probabilities of rows as they are served.</summary>
    public abstract float[] Score(Frame frame, int from, int to, int threads);

    /// <summary>The bytes of the ONNX file: the same for the same model, always.</summary>
    public abstract byte[] ToOnnx();

    /// <summary>What it learnt, for <c>params.json</c>.</summary>
    public abstract IReadOnlyDictionary<string, object> Learnt();
}

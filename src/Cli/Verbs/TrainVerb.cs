using System.CommandLine;
using Takt.Cli.Shell;
using Takt.Kernel;
using Takt.Trainers;

namespace Takt.Cli.Verbs;

internal static class TrainVerb
{
    private static readonly Option<string> spec = new("--spec") { Description = "What to train: a JSON file (docs/trainers.md)", HelpName = "FILE", Required = true };
    private static readonly Option<string> into = new("--out") { Description = "Where model.onnx and what belongs to it go", HelpName = "FOLDER", Required = true };

    internal static Verb Create() => new Verb("train", "Trains a model from Parquet files into ONNX, by itself: no server. Prints its progress as JSON lines.")
    {
        Group = VerbGroup.Inside,
        Takes = [spec, into],
        Examples = ["takt train --spec spec.json --out model"],
    }.Does((call, cancellationToken) => Work(call, progress => TrainStep.Run(call.Value(spec)!, call.Value(into)!, progress, cancellationToken), cancellationToken));

    /// <summary>Runs a step of the trainers; what they refuse is a refusal of the verb.</summary>
    internal static Task Work(VerbCall call, Action<IProgress<TrainingProgress>> step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            step(new ProgressLines(new RawLines(call.Out)));
        }
        catch (TrainingException e)
        {
            throw new RefusedException(new Problem("training-refused", 422, e.Message));
        }
        return Task.CompletedTask;
    }

    /// <summary>Progress is what the verb answers, in either form.</summary>
    private sealed class RawLines(Output output) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value) => output.Raw(value ?? "");
    }
}

using System.CommandLine;
using Takt.Cli.Shell;
using Takt.Trainers;

namespace Takt.Cli.Verbs;

internal static class EvaluateVerb
{
    private static readonly Option<string> spec = new("--spec") { Description = "Which models on which rows: a JSON file (docs/trainers.md)", HelpName = "FILE", Required = true };
    private static readonly Option<string> into = new("--out") { Description = "Where metrics.json goes", HelpName = "FOLDER", Required = true };

    internal static Verb Create() => new Verb("evaluate", "Compares ONNX models on the same rows, by itself: no server. Prints its progress as JSON lines.")
    {
        Group = VerbGroup.Inside,
        Takes = [spec, into],
        Examples = ["takt evaluate --spec spec.json --out figures"],
    }.Does((call, cancellationToken) => TrainVerb.Work(call, progress => EvaluateStep.Run(call.Value(spec)!, call.Value(into)!, progress, cancellationToken), cancellationToken));
}

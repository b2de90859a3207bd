using System.CommandLine;
using Takt.Cli.Shell;
using Takt.Quality;

namespace Takt.Cli.Verbs;

/// <summary>The gate's own: loads a model that nobody trusts yet, in a process that may die of it.</summary>
internal static class ProbeModelVerb
{
    private static readonly Option<string> model = new("--model") { Description = "An ONNX file", HelpName = "FILE", Required = true };
    private static readonly Option<string?> golden = new("--golden") { Description = "Golden cases: a JSON file (docs/gates.md)", HelpName = "FILE" };
    private static readonly Option<string> into = new("--out") { Description = "Where the report goes", HelpName = "FILE", Required = true };

    internal static Verb Create() => new Verb(ModelProbe.Verb, "Loads a model, runs its golden cases and measures its latency, with limits on memory and time.")
    {
        Group = VerbGroup.Inside,
        Takes = [model, golden, into],
        Examples = [$"takt {ModelProbe.Verb} --model model.onnx --golden golden.json --out report.json"],
    }.Does((call, _) => Task.FromResult(ModelProbe.Run(call.Value(model)!, call.Value(golden), call.Value(into)!)));
}

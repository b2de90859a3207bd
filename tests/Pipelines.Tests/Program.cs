using Takt.Quality;
using Takt.Trainers;

namespace Takt.Pipelines.Tests;

/// <summary>The tests; and, called as a step's child process, the trainer's verbs and the gate's as <c>takt</c> has them.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [ModelProbe.Verb, "--model", var model, "--out", var report, ..])
            return ModelProbe.Run(model, args is [_, _, _, _, _, "--golden", var golden] ? golden : null, report);
        if (args is not [("train" or "evaluate") and var verb, "--spec", var spec, "--out", var folder]) return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        try
        {
            var progress = new ProgressLines(Console.Out);
            if (verb == "train") TrainStep.Run(spec, folder, progress);
            else EvaluateStep.Run(spec, folder, progress);
            return 0;
        }
        catch (TrainingException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Runs;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class ReproduceVerb
{
    private static readonly Argument<string> version = new("version") { Description = "MODEL/VERSION" };

    internal static Verb Create() => new Verb("reproduce", "Makes a model version again from its record, without any cache, and says whether it has the same bytes. Exit code 0 only if it has.")
    {
        Group = VerbGroup.Record,
        Takes = [version],
        Examples = ["takt reproduce flight-late/1"],
    }.Does(RunAsync);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var reference = call.Value(version);
        if (reference.Split('/') is not [{ Length: > 0 } model, var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new RefusedException(new Problem("not-a-version", 400, $"'{reference}' is no model version.", "Write MODEL/VERSION, e.g. flight-late/1."));
        var started = await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, string.Create(CultureInfo.InvariantCulture, $"models/{Uri.EscapeDataString(model)}/versions/{number}/reproduce")), null, cancellationToken);
        call.Out.Line($"Makes {reference} again, run {started.Text("id")}");
        var run = await new RunFollower(call).FollowAsync(started.Text("id"), alsoWhileItWaits: true, cancellationToken);
        call.Out.Show(run, r => Tell(call, reference, r));
        return run.Text("state") == "succeeded" && Result(run).GetProperty("identical").GetBoolean() ? 0 : 1;
    }

    private static void Tell(VerbCall call, string reference, JsonElement run)
    {
        if (run.Text("state") != "succeeded")
        {
            call.Out.Line($"It could not be made again: {run.Text("reason")}");
            return;
        }
        var result = Result(run);
        call.Out.Line(result.GetProperty("identical").GetBoolean()
            ? $"{reference} is bit-identical: {result.Text("model")}"
            : $"{reference} is NOT the same: it was {result.Text("expected")}, and is {result.Text("model")} now.");
        foreach (var line in result.GetProperty("differs").EnumerateArray()) call.Out.Line($"  {line}");
        foreach (var line in result.GetProperty("environmentDiffers").EnumerateArray()) call.Out.Line($"  environment {line}");
    }

    private static JsonElement Result(JsonElement run) => run.Step("compare").GetProperty("result");
}

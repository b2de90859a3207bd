using System.Globalization;

namespace Takt.Cli.Demo.Steps;

/// <summary>2. The pipeline trains, passes the gate, registers version 1 with its provenance, and deploys it.</summary>
internal sealed class TrainFirst : DemoStep
{
    public override string Title => "2 Version 1 is trained and deployed";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var started = await world.PostAsync($"pipelines/{DemoWorld.Pipeline}/runs", new { @params = new Dictionary<string, string>() }, cancellationToken);
        var run = await world.RunEndAsync(started.Text("id"), cancellationToken);
        Hold(run.Text("state") == "succeeded", $"the pipeline run {run.Text("state")}: {run.Text("reason")}");

        var tracking = run.Text("trackingRun");
        var logged = await world.GetAsync($"runs/{tracking}", cancellationToken);
        var loss = logged.GetProperty("metrics").EnumerateObject().FirstOrDefault(m => m.Name is "validation.log_loss" or "validation_log_loss" or "log_loss");
        Hold(loss.Value.ValueKind == System.Text.Json.JsonValueKind.Number, "the run has no log loss");
        world.Table.Add(Title, string.Create(CultureInfo.InvariantCulture, $"trained on January: log loss {loss.Value.GetDouble():0.000}, {logged.GetProperty("params").EnumerateObject().Count()} params logged"), $"run {tracking}");

        var verdictId = run.Step("gate").GetProperty("result").Text("verdict");
        var verdict = await world.GetAsync($"verdicts/{verdictId}", cancellationToken);
        var findings = verdict.GetProperty("findings").EnumerateArray().ToList();
        Hold(verdict.GetProperty("passed").GetBoolean(), "the gate did not let version 1 through");
        world.Table.Add(Title, $"the gate passed it: {findings.Count} of {findings.Count} findings", $"verdict {verdictId}");

        var version = await world.GetAsync($"models/{DemoWorld.Model}/versions/1", cancellationToken);
        Hold(version.GetProperty("provenance").GetProperty("datasets").GetArrayLength() > 0, "version 1 does not say what it was trained on");
        world.Table.Add(Title, "registered with its whole provenance", $"{DemoWorld.Model}/1 {version.Text("digest")[..12]}");

        var deployment = await world.GetAsync($"deployments/{DemoWorld.Deployment}", cancellationToken);
        var champion = deployment.GetProperty("champion");
        Hold(champion.Text("modelVersion") == $"{DemoWorld.Model}/1", "version 1 does not answer");
        world.Table.Add(Title, "deployed; the alias champion names it", $"revision {DemoWorld.Deployment}/{champion.Whole("number")}");
    }
}

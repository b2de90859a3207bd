namespace Takt.Cli.Demo.Steps;

/// <summary>7. Version 1 again from the record, without the cache: the same bytes.</summary>
internal sealed class Reproduce : DemoStep
{
    public override string Title => "7 Version 1 is trained again";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var version = await world.GetAsync($"models/{DemoWorld.Model}/versions/1", cancellationToken);
        var started = await world.PostAsync($"models/{DemoWorld.Model}/versions/1/reproduce", null, cancellationToken);
        var run = await world.RunEndAsync(started.Text("id"), cancellationToken);
        Hold(run.Text("state") == "succeeded", $"the reproduction {run.Text("state")}: {run.Text("reason")}");
        var outcome = run.Step("compare").GetProperty("result");
        Hold(outcome.GetProperty("identical").GetBoolean() && outcome.Text("model") == version.Text("digest"), $"the bytes differ: {outcome}");
        world.Table.Add(Title, $"bit-identical: {outcome.Text("model")[..12]} twice", $"pipeline run {run.Text("id")}");
    }
}

using Takt.Kernel;

namespace Takt.Cli.Demo.Steps;

/// <summary>4. Distances in kilometres and lost origins: refused by name of each check, set aside, nothing is trained from it.</summary>
internal sealed class RefuseBroken : DemoStep
{
    public override string Title => "4 A broken delivery is refused";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var before = (await world.GetAsync($"datasets/{DemoWorld.Dataset}/versions/latest", cancellationToken)).Whole("number");
        var path = Path.Combine(world.Folder, "broken.parquet");
        world.Book.WriteBroken(new(2001, 2, 15), new(2001, 2, 22), path);
        try
        {
            await world.DeliverAsync(path, "third week, from the new export", cancellationToken);
            throw new StepFailedException("the broken delivery was accepted");
        }
        catch (RefusedException e) when (e.Problem.Status == 422)
        {
            // What was refused is kept and listed, with every check by name.
        }
        var delivery = (await world.GetAsync($"datasets/{DemoWorld.Dataset}/deliveries", cancellationToken)).Items().OrderByDescending(d => d.GetProperty("at").GetDateTimeOffset()).First();
        Hold(delivery.Text("status") == "refused", $"the broken delivery is listed as {delivery.Text("status")}");

        var failed = delivery.GetProperty("checks").EnumerateArray().Where(c => !c.GetProperty("passed").GetBoolean()).ToList();
        Hold(failed.Exists(c => c.Text("column") == "distance"), "no check names the distances");
        Hold(failed.Exists(c => c.Text("column") == "origin"), "no check names the lost origins");
        foreach (var check in failed) world.Table.Add(Title, $"{check.Text("check")}: {check.Text("observed")}", $"delivery {delivery.Text("id")}");

        var after = (await world.GetAsync($"datasets/{DemoWorld.Dataset}/versions/latest", cancellationToken)).Whole("number");
        Hold(after == before, "the broken delivery became a version");
        world.Table.Add(Title, "set aside; the newest version is still the one before", $"{DemoWorld.Dataset}/{after}");
    }
}

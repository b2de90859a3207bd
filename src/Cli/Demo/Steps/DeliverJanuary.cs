namespace Takt.Cli.Demo.Steps;

/// <summary>1. January arrives and becomes a version: digest, schema, rows, profile, and every check passed.</summary>
internal sealed class DeliverJanuary : DemoStep
{
    public override string Title => "1 January is delivered";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var path = Path.Combine(world.Folder, "january.parquet");
        var rows = world.Book.Write(new(2001, 1, 1), new(2001, 2, 1), path);
        var delivery = await world.DeliverAsync(path, "January 2001", cancellationToken);
        Hold(delivery.Text("status") == "accepted", $"January was {delivery.Text("status")}");
        var checks = delivery.GetProperty("checks").EnumerateArray().ToList();
        Hold(checks.Count > 0 && checks.TrueForAll(c => c.GetProperty("passed").GetBoolean()), "a check of January did not pass");

        var number = delivery.Whole("version");
        var version = await world.GetAsync($"datasets/{DemoWorld.Dataset}/versions/{number}", cancellationToken);
        Hold(version.Whole("rows") == rows, $"{rows} rows were delivered, the version has {version.Whole("rows")}");
        var profile = await world.GetAsync($"datasets/{DemoWorld.Dataset}/versions/{number}/profile", cancellationToken);
        Hold(profile.GetProperty("columns").GetArrayLength() == 5, "the profile does not speak of all five columns");
        world.Table.Add(Title, $"{rows:N0} flights, 5 columns profiled, {checks.Count} of {checks.Count} checks passed", $"{DemoWorld.Dataset}/{number} {version.Text("digest")[..12]}");
    }
}

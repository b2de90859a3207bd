using Takt.Kernel;

namespace Takt.Serving.Tests.Deployments;

public sealed class DataPlaneBoardTests
{
    private static readonly Guid Plane = Guid.CreateVersion7();
    private readonly DataPlaneBoard board = new(TimeProvider.System);

    [Fact]
    public async Task A_braked_challenger_is_without_traffic_until_the_record_makes_a_plan()
    {
        board.Publish(Plan(1, 10));
        board.Brake(new DeploymentKey(ProjectId.Default, "d"), 2);
        var orders = await board.OrdersAsync(Plane, 1, "t", 0, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Equal([(2, 0), (1, 100)], orders!.Plan!.Deployments[0].Revisions.Select(r => (r.Number, r.Percent)));
        Assert.Equal(1, orders.Plan.Generation);
        board.Publish(Plan(2, 0));
        Assert.Equal(2, (await board.OrdersAsync(Plane, 1, orders.Plan.TokensVersion, 0, TimeSpan.Zero, TestContext.Current.CancellationToken))!.Plan!.Generation);
    }

    [Fact]
    public async Task Who_is_not_there_is_not_waited_for()
    {
        board.Publish(Plan(1, 0));
        Assert.True(await board.InForceAsync(1, TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal(0, board.Following(1));
    }

    [Fact]
    public async Task A_held_request_is_answered_when_a_plan_comes_and_in_force_when_it_is_acknowledged()
    {
        board.Publish(Plan(1, 0));
        var held = board.OrdersAsync(Plane, 1, "t", 0, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        board.Publish(Plan(2, 0));
        Assert.Equal(2, (await held)!.Plan!.Generation);
        var inForce = board.InForceAsync(2, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(inForce.IsCompleted);
        board.Acknowledge(Plane, new DataPlaneReport(2, 0, [], new DataPlaneCounters(0, 0, 0, 0, 0)));
        Assert.True(await inForce);
        Assert.Equal(1, board.Following(2));
    }

    [Fact]
    public async Task A_seal_is_asked_for_once_and_waited_for()
    {
        board.Publish(Plan(1, 0));
        var held = board.OrdersAsync(Plane, 1, "t", 0, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var sealing = board.SealAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var orders = await held;
        Assert.Null(orders!.Plan);
        Assert.False(sealing.IsCompleted);
        board.Acknowledge(Plane, new DataPlaneReport(1, orders.Seal, [], new DataPlaneCounters(0, 0, 0, 0, 0)));
        Assert.True(await sealing);
    }

    private static DataPlanePlan Plan(long generation, int percent) => new(generation,
        [new PlannedDeployment(ProjectId.Default, "default", "d", false, null, [new PlannedRevision(2, "m/2", default, percent, true), new PlannedRevision(1, "m/1", default, 100 - percent, true)])], [], "t");
}

using Takt.TestKit;

namespace Takt.Supervisor.Tests.Children;

public sealed class RestartPaceTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_first_deaths_cost_no_wait_and_later_ones_longer_waits_up_to_a_limit()
    {
        var pace = new RestartPace(time);
        var waits = Enumerable.Range(0, 12).Select(_ =>
        {
            pace.Started();
            time.Advance(TimeSpan.FromMilliseconds(100));
            return pace.Died().TotalMilliseconds;
        }).ToList();
        Assert.Equal([0, 0, 250, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000, 10000], waits);
    }

    [Fact]
    public void A_child_that_lived_long_enough_starts_again_at_once()
    {
        var pace = new RestartPace(time);
        for (var i = 0; i < 5; i++)
        {
            pace.Started();
            pace.Died();
        }

        pace.Started();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, pace.Died());
    }
}

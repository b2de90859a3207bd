using Takt.TestKit;

namespace Takt.Supervisor.Tests.TestKit;

public sealed class ManualTimeTests
{
    [Fact]
    public async Task A_delay_ends_when_the_clock_is_moved_past_it()
    {
        var time = new ManualTime();
        var delay = Task.Delay(TimeSpan.FromHours(1), time, CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_of_its_times()
    {
        var time = new ManualTime();
        var fired = new List<DateTimeOffset>();
        using var timer = time.CreateTimer(_ => fired.Add(time.GetUtcNow()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        var start = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([start.AddSeconds(1), start.AddSeconds(3), start.AddSeconds(5)], fired);
    }
}

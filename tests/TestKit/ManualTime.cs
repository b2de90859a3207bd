namespace Takt.TestKit;

/// <summary>A clock that stands until told: timers fire, in order, when it is moved past them. Thread-safe.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start.ToUniversalTime();

    /// <summary>Starts at noon of 2026-01-05, a Monday, UTC.</summary>
    public ManualTime() : this(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait: a test waits for this before it moves the clock.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return timers.Count(timer => timer.Due is not null);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock on; every timer due on the way fires at its own time, on this thread.</summary>
    public void Advance(TimeSpan by) => MoveTo(GetUtcNow() + by);

    /// <summary>Moves the clock to a time that is not before now.</summary>
    public void MoveTo(DateTimeOffset time)
    {
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                if (time < now) throw new ArgumentOutOfRangeException(nameof(time), time, $"It is {now:O} already.");
                next = timers.Where(timer => timer.Due <= time).MinBy(timer => timer.Due);
                if (next is null)
                {
                    now = time.ToUniversalTime();
                    return;
                }

                if (next.Due > now) now = next.Due!.Value;
                next.Fired();
            }

            next.Call();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (gate) timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(ManualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset? Due { get; private set; }

        public void Fired() => Due = period > TimeSpan.Zero ? Due + period : null;

        public void Call() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            lock (clock.gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
                period = every;
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

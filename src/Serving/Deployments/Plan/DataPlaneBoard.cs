using System.Collections.Concurrent;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// Where the control plane and its data planes meet: the plan they shall follow, who of them is there, what each has acknowledged, and the wish that
/// everything logged be handed over. In memory: a restarted control plane hears from each within a second. Thread-safe.
/// </summary>
internal sealed class DataPlaneBoard(TimeProvider time)
{
    /// <summary>One that was not heard for longer is not waited for.</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(3);

    /// <summary>Ends the tokens' version of a plan that was changed ahead of the record.</summary>
    public const char Braked = '!';

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Guid, Seen> planes = new();
    private DataPlanePlan? plan;
    private long seal;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A data plane could not load a revision. Raised on the request's thread.</summary>
    public event Action<LoadFailure>? LoadFailed;

    public DataPlanePlan? Plan
    {
        get
        {
            lock (gate) return plan;
        }
    }

    /// <summary>Data planes that are there and follow this generation or a later one.</summary>
    public int Following(long generation) => planes.Values.Count(p => IsAlive(p) && p.Generation >= generation);

    public int Alive => planes.Values.Count(IsAlive);

    /// <summary>Copies for shadows that no data plane had room for, since each started.</summary>
    public long ShadowsDropped => planes.Values.Sum(p => p.Counters?.ShadowsDropped ?? 0);

    public void Publish(DataPlanePlan next)
    {
        lock (gate)
        {
            if (plan is not null && plan.Generation == next.Generation && plan.TokensVersion == next.TokensVersion) return;
            plan = next;
            Signal();
        }
    }

    /// <summary>
    /// Takes all live traffic from a challenger at once, ahead of the record that its rollback is about to become: the record takes a transaction, and each
    /// millisecond of it would be bad answers. The generation stays, so the plan that the record makes replaces this one; if the record fails, the challenger stays without traffic
    /// until the next plan, and the judge decides again.
    /// </summary>
    public void Brake(DeploymentKey key, int challenger)
    {
        lock (gate)
        {
            if (plan?.Deployments.FirstOrDefault(d => d.ProjectId == key.Project && d.Name == key.Name) is not { } deployment) return;
            if (deployment.Revisions.FirstOrDefault(r => r.Number == challenger) is not { Percent: > 0 and < 100 } arm) return;
            var champion = deployment.Revisions.First(r => r != arm);
            var braked = deployment with { Revisions = [arm with { Percent = 0 }, champion with { Percent = 100 }] };
            plan = plan with { Deployments = [.. plan.Deployments.Select(d => d == deployment ? braked : d)], TokensVersion = plan.TokensVersion + Braked };
            Signal();
        }
    }

    /// <summary>Held until there is something that this data plane does not have, or the patience ends (null).</summary>
    public async Task<DataPlaneOrders?> OrdersAsync(Guid dataPlane, long after, string tokens, long sealDone, TimeSpan patience, CancellationToken cancellationToken)
    {
        var until = time.GetTimestamp();
        var seen = planes.GetOrAdd(dataPlane, static _ => new Seen());
        Interlocked.Increment(ref seen.Held);
        try
        {
            while (true)
            {
                seen.At = time.GetTimestamp();
                Task more;
                lock (gate)
                {
                    var newPlan = plan is not null && (plan.Generation != after || plan.TokensVersion != tokens) ? plan : null;
                    // After a restart of ours the data plane may have done seals that we never asked for.
                    if (sealDone > seal) seal = sealDone;
                    if (newPlan is not null || seal > sealDone) return new DataPlaneOrders(newPlan, seal);
                    more = changed.Task;
                }
                var left = patience - time.GetElapsedTime(until);
                if (left <= TimeSpan.Zero) return null;
                try
                {
                    await more.WaitAsync(left, time, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    return null;
                }
            }
        }
        finally
        {
            seen.At = time.GetTimestamp();
            Interlocked.Decrement(ref seen.Held);
        }
    }

    public void Acknowledge(Guid dataPlane, DataPlaneReport report)
    {
        var seen = planes.GetOrAdd(dataPlane, static _ => new Seen());
        lock (gate)
        {
            seen.At = time.GetTimestamp();
            seen.Generation = report.Generation;
            seen.SealDone = report.Seal;
            seen.Counters = report.Counters;
            Signal();
        }
        foreach (var failure in report.Failures) LoadFailed?.Invoke(failure);
    }

    /// <summary>A sign of life.</summary>
    public void Heard(Guid dataPlane)
    {
        if (planes.TryGetValue(dataPlane, out var seen)) seen.At = time.GetTimestamp();
    }

    /// <summary>Waits until every live data plane follows the generation; false where one does not in time. At once where none is there.</summary>
    public Task<bool> InForceAsync(long generation, TimeSpan patience, CancellationToken cancellationToken) =>
        WaitAsync(p => p.Generation >= generation, patience, cancellationToken);

    /// <summary>Has every live data plane hand over what it logged so far, closed; false where one does not in time.</summary>
    public Task<bool> SealAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long wanted;
        lock (gate)
        {
            wanted = ++seal;
            Signal();
        }
        return WaitAsync(p => p.SealDone >= wanted, patience, cancellationToken);
    }

    private async Task<bool> WaitAsync(Func<Seen, bool> done, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (planes.Values.All(p => !IsAlive(p) || done(p))) return true;
                more = changed.Task;
            }
            if (time.GetElapsedTime(started) >= patience) return false;
            // A data plane that dies is noticed by its silence: look again now and then.
            await Task.WhenAny(more, Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool IsAlive(Seen seen) => Volatile.Read(ref seen.Held) > 0 || time.GetElapsedTime(seen.At) < AliveFor;

    private void Signal()
    {
        changed.TrySetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Seen
    {
        public int Held;
        public long At = long.MinValue / 2;
        public long Generation = -1;
        public long SealDone;
        public DataPlaneCounters? Counters;
    }
}

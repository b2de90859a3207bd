using Takt.Kernel;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>
/// A model in memory: one session of the engine and a pool of lanes. Held by leases; when the last one is released the session is freed, so a plan
/// that drops the model never takes it from under a request. Thread-safe.
/// </summary>
internal sealed class LoadedModel
{
    private const int RowsKept = 4096;

    private readonly OnnxModel model;
    private readonly Lock gate = new();
    private readonly List<InferenceLane> lanes = [];
    private readonly InferenceLane?[] free = new InferenceLane?[64];
    private int leases = 1;

    private LoadedModel(Digest digest, OnnxModel model)
    {
        Digest = digest;
        this.model = model;
    }

    public Digest Digest { get; }

    public IReadOnlyList<OnnxPort> Inputs => model.Inputs;

    public IReadOnlyList<OnnxPort> Outputs => model.Outputs;

    public IReadOnlyList<LoggedInput> LoggedInputs { get; private set; } = [];

    /// <summary>Sessions that were freed in this process.</summary>
    public static long Freed => Volatile.Read(ref freed);

    private static long freed;

    /// <summary>Loads and warms it: the caller holds the first lease.</summary>
    /// <exception cref="OnnxException">The engine refuses it, or it takes or gives what Takt cannot move.</exception>
    public static LoadedModel Load(Digest digest, ReadOnlySpan<byte> bytes, int warmLanes)
    {
        var model = OnnxModel.Load(bytes);
        var loaded = new LoadedModel(digest, model);
        try
        {
            if (model.Inputs.FirstOrDefault(i => !LaneInput.Supports(i.Element)) is { } odd) throw new OnnxException(9, $"Input '{odd}' has a type that Takt does not move.");
            if (model.Inputs.Count > 64) throw new OnnxException(9, $"The model has {model.Inputs.Count} inputs; Takt serves up to 64.");
            if (!model.Outputs.Any(o => LaneOutput.Supports(o.Element))) throw new OnnxException(9, "The model has no output that Takt can read.");
            for (var i = 0; i < warmLanes; i++)
            {
                var lane = loaded.MakeLane();
                lane.WarmUp();
                loaded.LoggedInputs = [.. lane.Inputs.Select(input => new LoggedInput(input.Name, input.Element, input.Width))];
                loaded.Return(lane);
            }
            return loaded;
        }
        catch
        {
            loaded.Release();
            throw;
        }
    }

    /// <summary>False where it has been freed: take the newer plan.</summary>
    public bool TryLease()
    {
        while (true)
        {
            var now = Volatile.Read(ref leases);
            if (now == 0) return false;
            if (Interlocked.CompareExchange(ref leases, now + 1, now) == now) return true;
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref leases) > 0) return;
        lock (gate)
        {
            foreach (var lane in lanes) lane.Dispose();
            lanes.Clear();
        }
        model.Dispose();
        Interlocked.Increment(ref freed);
    }

    /// <summary>A lane that nobody else has; under a lease.</summary>
    public InferenceLane Rent()
    {
        var start = Environment.CurrentManagedThreadId;
        for (var i = 0; i < free.Length; i++)
        {
            ref var slot = ref free[(start + i) & 63];
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } lane) return lane;
        }
        return MakeLane();
    }

    public void Return(InferenceLane lane)
    {
        if (lane.Rows <= RowsKept)
        {
            var start = Environment.CurrentManagedThreadId;
            for (var i = 0; i < free.Length; i++)
            {
                ref var slot = ref free[(start + i) & 63];
                if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, lane, null) is null) return;
            }
        }
        lock (gate) lanes.Remove(lane);
        lane.Dispose();
    }

    /// <summary>Stops runs that have gone on for longer than <paramref name="deadline"/>.</summary>
    public void StopOlder(TimeSpan deadline)
    {
        if (!TryLease()) return;
        try
        {
            InferenceLane[] all;
            lock (gate) all = [.. lanes];
            foreach (var lane in all) lane.StopIfOlder(deadline);
        }
        finally
        {
            Release();
        }
    }

    private InferenceLane MakeLane()
    {
        var lane = new InferenceLane(model);
        lock (gate) lanes.Add(lane);
        return lane;
    }
}

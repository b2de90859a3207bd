using System.Diagnostics;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>One place to compute in: the engine's prebuilt inputs and outputs of a model. One request at a time; taken from and given back to its model.</summary>
internal sealed class InferenceLane : IDisposable
{
    private readonly OnnxLane lane;
    private long startedAt;

    public InferenceLane(OnnxModel model)
    {
        lane = model.CreateLane(1, [.. model.Outputs.Where(o => LaneOutput.Supports(o.Element)).Select(o => o.Name)]);
        Inputs = [.. Enumerable.Range(0, lane.InputCount).Select(i => new LaneInput(lane.Input(i)))];
        Outputs = [.. Enumerable.Range(0, lane.OutputCount).Select(i => new LaneOutput(lane.Output(i)))];
        foreach (var input in Inputs) input.Resize();
    }

    public LaneInput[] Inputs { get; }

    public LaneOutput[] Outputs { get; }

    public int Rows => lane.Rows;

    public float Score(int row) => Outputs[0].First(row, lane.Rows);

    public void SetRows(int rows)
    {
        if (rows == lane.Rows) return;
        lane.SetRows(rows);
        foreach (var input in Inputs) input.Resize();
    }

    /// <exception cref="OnnxException">The engine failed, or <see cref="StopIfOlder"/> stopped it.</exception>
    public void Run()
    {
        foreach (var input in Inputs) input.Commit();
        Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());
        try
        {
            lane.Run();
        }
        finally
        {
            Volatile.Write(ref startedAt, 0);
        }
    }

    /// <summary>Runs once on empty values, so that the first request pays for nothing.</summary>
    public void WarmUp()
    {
        foreach (var input in Inputs) input.Clear();
        Run();
    }

    /// <summary>Stops a run that has gone on for longer. From another thread.</summary>
    public void StopIfOlder(TimeSpan deadline)
    {
        var started = Volatile.Read(ref startedAt);
        if (started == 0 || Stopwatch.GetElapsedTime(started) < deadline) return;
        var run = lane.NextRun;
        if (Volatile.Read(ref startedAt) == started) lane.Terminate(run);
    }

    public void Dispose() => lane.Dispose();
}

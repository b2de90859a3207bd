namespace Takt.Trainers;

/// <summary>Splits rows by time: the past to learn from, the last part to be measured on.</summary>
internal static class TimeSplit
{
    /// <summary>The first held-out row. Rows of one time are never parted.</summary>
    public static int Boundary(Frame frame, Holdout holdout)
    {
        var from = holdout.Share is { } share
            ? frame.Times[(int)Math.Min(frame.Rows - 1, (long)Math.Floor(frame.Rows * (1 - share)))]
            : frame.Times[^1] - holdout.Duration!.Value.Ticks / TimeSpan.TicksPerMicrosecond;
        var boundary = Array.BinarySearch(frame.Times, from);
        if (boundary < 0) boundary = ~boundary;
        while (boundary > 0 && frame.Times[boundary - 1] == from) boundary--;
        if (boundary == 0) throw new TrainingException($"holdout takes all {frame.Rows:N0} rows ({StepFiles.Time(frame.Times[0]):u} to {StepFiles.Time(frame.Times[^1]):u}): hold a smaller part out.");
        return boundary;
    }
}

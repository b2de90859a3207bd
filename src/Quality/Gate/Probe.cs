using System.Diagnostics;
using Takt.Native.OnnxRuntime;

namespace Takt.Quality;

/// <summary>The probe's work, in this process.</summary>
internal static class Probe
{
    private const int Rounds = 5;
    private const int RunsPerRound = 200;
    private const int WarmUp = 50;

    /// <param name="golden">JSON of golden cases; null: none.</param>
    public static ProbeReport Look(byte[] bytes, string? golden)
    {
        IReadOnlyList<GoldenCase> cases;
        try
        {
            cases = GoldenCase.Read(golden);
        }
        catch (FormatException e)
        {
            return new ProbeReport(null, 0, e.Message, [], null);
        }
        try
        {
            using var model = OnnxModel.Load(bytes);
            using var lane = model.CreateLane(1);
            var (misfit, compared) = Compare(lane, cases);
            return new ProbeReport(null, cases.Count, misfit, compared, misfit is null ? Measure(lane, cases) : null);
        }
        catch (OnnxException e)
        {
            return ProbeReport.Refused(e.Message);
        }
    }

    private static (string? Misfit, List<GoldenValue> Compared) Compare(OnnxLane lane, IReadOnlyList<GoldenCase> cases)
    {
        var compared = new List<GoldenValue>();
        for (var i = 0; i < cases.Count; i++)
        {
            try
            {
                cases[i].Fill(lane);
                lane.Run();
                compared.AddRange(cases[i].Compare(lane, i + 1));
            }
            catch (Exception e) when (e is OnnxException or FormatException)
            {
                return ($"golden case {i + 1}: {e.Message}", compared);
            }
        }
        return (null, compared);
    }

    /// <summary>Warm runs of one row each, the golden cases in turn; without any, on whatever lies in the inputs (zeros).</summary>
    private static ProbeLatency Measure(OnnxLane lane, IReadOnlyList<GoldenCase> cases)
    {
        var p50 = new double[Rounds];
        var p99 = new double[Rounds];
        var took = new long[RunsPerRound];
        if (cases.Count == 0) GoldenCase.FillWithNothing(lane);
        for (var i = 0; i < WarmUp; i++) lane.Run();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < RunsPerRound; i++)
            {
                if (cases.Count > 0) cases[i % cases.Count].Fill(lane);
                var start = Stopwatch.GetTimestamp();
                lane.Run();
                took[i] = Stopwatch.GetTimestamp() - start;
            }
            Array.Sort(took);
            p50[round] = Microseconds(took[RunsPerRound / 2]);
            p99[round] = Microseconds(took[RunsPerRound * 99 / 100]);
        }
        Array.Sort(p50);
        Array.Sort(p99);
        return new ProbeLatency(p50[Rounds / 2], p99[Rounds / 2], Rounds * RunsPerRound);
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}

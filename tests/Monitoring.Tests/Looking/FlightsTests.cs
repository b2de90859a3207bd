using Takt.TestKit;

namespace Takt.Monitoring.Tests;

/// <summary>What the default monitor says of the real February of 2001: three ordinary weeks, and one in which a third of the flights were late.</summary>
public sealed class FlightsTests(Flights flights, ITestOutputHelper output) : IClassFixture<Flights>
{
    private static readonly DateTimeOffset February = new(2001, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Stays_silent_through_three_ordinary_weeks_and_speaks_up_in_the_last_of_February()
    {
        var reference = ReferenceProfile.Make(flights.Connection, flights.Reference(), BlockLength.Of(Specs.Default.Window), CancellationToken.None);
        var (segment, truth) = flights.Log();
        var looks = Enumerable.Range(0, 6).Select(week =>
        {
            var from = February.AddDays(7 * week);
            var current = WindowProfile.Make(flights.Connection, reference, new WindowProfile.Source([segment], [truth], 1, from, from.AddDays(7)), CancellationToken.None);
            var look = Look.At(Specs.Default, from, from.AddDays(7), 1, "flight-late/1", reference, current, truth: true);
            foreach (var finding in look.Kinds.SelectMany(k => k.Findings)) output.WriteLine($"{from:MM-dd} {finding.What,-28} p {finding.PValue:0.0000} effect {finding.Effect:0.0000} {(finding.Flagged ? "FLAGGED" : "")} {finding.Current}");
            return look;
        }).ToArray();

        foreach (var look in looks.Take(3).Concat(looks.Skip(4))) Assert.DoesNotContain(look.Kinds, k => k.Flagged);
        Assert.Equal([AlertKind.Calibration, AlertKind.Performance], looks[3].Kinds.Where(k => k.Flagged).Select(k => k.Kind));
        var explanation = Explanation.Of(looks[3], looks[3].Kinds.Single(k => k.Kind == AlertKind.Performance));
        output.WriteLine(explanation);
        Assert.Contains("from 2001-02-22 to 2001-03-01", explanation, StringComparison.Ordinal);
        Assert.Contains("each day dealt as a whole", explanation, StringComparison.Ordinal);
    }

    /// <summary>
    /// The published false-alarm rate: days of January, where nothing drifted but the weather, dealt at random into a reference and a window of seven each.
    /// A test by rows, as others do it, is held beside.
    /// </summary>
    [Fact]
    public void False_alarms_between_random_weeks_of_January_stay_near_alpha_where_tests_by_rows_cry_wolf()
    {
        var january = ReferenceProfile.Make(flights.Connection, flights.Reference(1), BlockLength.Of(Specs.Default.Window), CancellationToken.None);
        var random = new Random(7);
        var days = Enumerable.Range(0, january.Blocks.Count).ToArray();
        const int Trials = 200;
        var alarms = new Dictionary<AlertKind, int>();
        var byRows = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            random.Shuffle(days);
            Profile reference = january.Take(days[..7]), current = january.Take(days[7..14]);
            var look = Look.At(Specs.Default, February, February.AddDays(7), 1, "flight-late/1", reference, current, truth: true);
            foreach (var kind in look.Kinds.Where(k => k.Flagged)) alarms[kind.Kind] = alarms.GetValueOrDefault(kind.Kind) + 1;
            Block a = TruthTests.Sum(reference), b = TruthTests.Sum(current);
            var loss = Welch.Test(Moments.Of(a.Labelled, a.Loss, a.LossSquares), Moments.Of(b.Labelled, b.Loss, b.LossSquares));
            if (loss.PGreater < Specs.Default.Alpha && b.Loss / b.Labelled - a.Loss / a.Labelled >= Specs.Default.MaterialLoss) byRows++;
        }
        foreach (var kind in Enum.GetValues<AlertKind>()) output.WriteLine($"{kind}: {alarms.GetValueOrDefault(kind)} false alarms in {Trials} windows at alpha {Specs.Default.Alpha}");
        output.WriteLine($"Performance by rows: {byRows} false alarms in {Trials} windows");
        Assert.All(Enum.GetValues<AlertKind>(), kind => Assert.InRange(alarms.GetValueOrDefault(kind), 0, Trials * 3 / 100));
        Assert.InRange(byRows, Trials / 4, Trials);
    }
}

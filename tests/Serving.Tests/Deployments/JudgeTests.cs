namespace Takt.Serving.Tests.Deployments;

/// <summary>The judge by simulation: what it promises must hold while somebody looks after every row.</summary>
public sealed class JudgeTests(ITestOutputHelper output)
{
    private static readonly RolloutSpec Spec = DeploymentsDefinition.Defaults with { Patience = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.02)]
    [InlineData(0.3)]
    public void Bounds_on_a_rate_hold_at_every_moment(double rate)
    {
        const double Alpha = 0.1;
        const int Runs = 400;
        var (low, high) = (0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            var (events, below, above) = (0, false, false);
            for (var n = 1; n <= 1500; n++)
            {
                if (random.NextDouble() < rate) events++;
                if (n % 10 > 0) continue;
                below |= RateBounds.Lower(events, n, Alpha) > rate;
                above |= RateBounds.Upper(events, n, Alpha) < rate;
            }
            if (below) low++;
            if (above) high++;
        }
        output.WriteLine($"rate {rate}: lower bound above it in {low}, upper below it in {high} of {Runs} runs; at most {Alpha * Runs} promised");
        Assert.True(low + high <= Alpha * Runs, $"{low} + {high}");
        Assert.True(RateBounds.Lower(10, 100, Alpha) > 0.02 && RateBounds.Upper(10, 100, Alpha) < 0.35);
    }

    [Fact]
    public void Quality_is_not_found_worse_when_it_lies_just_on_the_margin()
    {
        const int Runs = 1000;
        var alpha = 0.05;
        var found = 0;
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            var test = new BettingTest(4, 0.01, above: true);
            for (var n = 0; n < 3000; n++) test.Add(0.01 + (random.NextDouble() - 0.5) * (random.Next(50) == 0 ? 6 : 0.6)); // heavy tails now and then
            if (test.LogEvidence >= Math.Log(1 / alpha)) found++;
        }
        output.WriteLine($"on the margin: found worse in {found} of {Runs} runs, at most {alpha * Runs} promised");
        Assert.True(found <= alpha * Runs, $"{found}");
    }

    [Fact]
    public void Scores_are_not_found_shifted_when_the_distance_lies_just_on_the_limit()
    {
        const int Runs = 500;
        var found = 0;
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            var test = new ScoreShiftTest(0.3);
            for (var n = 0; n < 2000; n++) test.Add((float)random.NextDouble(), (float)(0.3 + random.NextDouble())); // uniforms 0.3 apart: a distance of 0.3
            if (test.LogEvidence >= Math.Log(1 / 0.05)) found++;
        }
        output.WriteLine($"on the limit: found shifted in {found} of {Runs} runs, at most {0.05 * Runs} promised");
        Assert.True(found <= 0.05 * Runs, $"{found}");
    }

    /// <summary>A/A under continuous peeking. Both models are equally good and slightly different, as two trainings are; truth is 25 % positive.</summary>
    [Fact]
    public void A_challenger_as_good_as_the_champion_is_rolled_back_no_more_often_than_alpha()
    {
        const int Runs = 100;
        var ends = new Dictionary<CallKind, int>();
        var taken = new List<int>();
        for (var run = 0; run < Runs; run++)
        {
            var (end, requests, _) = Simulate(new World(run), 12_000);
            ends[end] = ends.GetValueOrDefault(end) + 1;
            taken.Add(requests);
        }
        taken.Sort();
        output.WriteLine($"A/A, {Runs} rollouts: {string.Join(", ", ends.Select(e => $"{e.Key} {e.Value}"))}; median {taken[Runs / 2]} requests");
        Assert.True(ends.GetValueOrDefault(CallKind.RollBack) <= Spec.Alpha * Runs, $"{ends.GetValueOrDefault(CallKind.RollBack)} false rollbacks");
        Assert.True(ends.GetValueOrDefault(CallKind.Promote) >= 0.9 * Runs, "most A/A rollouts go through");
    }

    [Fact]
    public void Harm_is_found_and_nothing_harmful_is_promoted()
    {
        Check("labels shuffled, no truth yet", seed => new World(seed) { Noise = 0, Flat = true, TruthShare = 0 }, 1000, "scores");
        Check("worse log loss by about .04", seed => new World(seed) { Noise = 1.1 }, 3000, "quality");
        Check("5 % errors", seed => new World(seed) { ChallengerErrors = 0.05 }, 3000, "errors");
        Check("every answer fails", seed => new World(seed) { ChallengerErrors = 1 }, 100, "errors");
        Check("one answer in ten takes 50 ms", seed => new World(seed) { SlowShare = 0.1, Live = true }, 3000, "latency");
    }

    [Fact]
    public void A_stage_that_decides_nothing_ends_when_patience_does()
    {
        var figures = new RolloutEvidence(Spec, 1, 2).Figures;
        Assert.Equal(CallKind.Wait, RolloutJudge.Judge(Spec, new StageState(0, 10, TimeSpan.FromMinutes(59)), figures).Kind);
        var call = RolloutJudge.Judge(Spec, new StageState(0, 10, TimeSpan.FromMinutes(61)), figures);
        Assert.Equal(CallKind.RollBack, call.Kind);
        Assert.Contains("10 of 500 requests", call.Reason);
    }

    [Fact]
    public void The_same_rows_and_truths_give_the_same_figures()
    {
        var (one, two) = (new RolloutEvidence(Spec, 1, 2), new RolloutEvidence(Spec, 1, 2));
        foreach (var evidence in new[] { one, two })
        {
            var world = new World(5);
            for (var i = 0; i < 2000; i++) world.Next(evidence, i);
        }
        Assert.Equal(one.Figures, two.Figures);
    }

    private void Check(string what, Func<int, World> make, int requests, string reason)
    {
        const int Runs = 20;
        var (found, taken) = (0, new List<int>());
        for (var run = 0; run < Runs; run++)
        {
            var (end, n, why) = Simulate(make(run), requests);
            Assert.True(end != CallKind.Promote, $"{what}: promoted: {why}");
            if (end != CallKind.RollBack) continue;
            found++;
            taken.Add(n);
            Assert.StartsWith(reason, why);
        }
        taken.Sort();
        output.WriteLine($"{what}: rolled back in {found} of {Runs} runs within {requests} requests, median after {(taken.Count == 0 ? 0 : taken[taken.Count / 2])}");
        Assert.True(found >= 0.9 * Runs, $"{what}: {found} of {Runs}");
    }

    /// <summary>Plays a rollout, asking the judge after every request.</summary>
    private static (CallKind End, int Requests, string Reason) Simulate(World world, int requests)
    {
        var evidence = new RolloutEvidence(Spec, 1, 2);
        var stage = world.Live ? 1 : 0;
        evidence.BeginStage(0, stage == 0);
        for (var i = 0; i < requests; i++)
        {
            world.Percent = Spec.Stages[stage];
            world.Next(evidence, i);
            var call = RolloutJudge.Judge(Spec, new StageState(stage, evidence.StageRequests, TimeSpan.Zero), evidence.Figures);
            if (call.Kind is CallKind.RollBack or CallKind.Promote) return (call.Kind, i + 1, call.Reason);
            if (call.Kind == CallKind.Advance) evidence.BeginStage(i + 1, Spec.Stages[++stage] == 0);
        }
        return (CallKind.Wait, requests, "");
    }

    /// <summary>Requests whose true probability is known to nobody; both models see it through noise.</summary>
    private sealed class World(int seed)
    {
        private readonly Random random = new(seed);

        public double Noise { get; init; } = 0.15;

        public bool Flat { get; init; }

        public double TruthShare { get; init; } = 1;

        public double ChallengerErrors { get; init; }

        public double SlowShare { get; init; }

        public bool Live { get; init; }

        public int Percent { get; set; }

        public void Next(RolloutEvidence evidence, int at)
        {
            var id = new Guid(at, 0, 0, new byte[8]);
            var logit = -1.3 + 0.9 * Normal();
            var champion = Sigmoid(logit + 0.15 * Normal());
            var challenger = Flat ? 0.22 + 0.01 * Normal() : Sigmoid(logit + Noise * Normal());
            var challengerAnswers = random.Next(100) < Percent;
            var fails = random.NextDouble() < ChallengerErrors;
            var slow = random.NextDouble() < SlowShare ? 50_000u : 300u;
            evidence.Add(new LoggedRow(id, 0, 1, challengerAnswers, 200, at, at, 300 + (uint)random.Next(300), (float)champion));
            evidence.Add(new LoggedRow(id, 0, 2, !challengerAnswers, fails ? 500 : 200, at, at, slow + (uint)random.Next(300), (float)challenger));
            if (random.NextDouble() < TruthShare) evidence.AddTruth(id, 0, random.NextDouble() < Sigmoid(logit) ? 1 : 0);
        }

        private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

        private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }
}

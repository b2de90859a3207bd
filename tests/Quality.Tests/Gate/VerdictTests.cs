using System.Text;
using Takt.Kernel;
using Takt.Native.OnnxRuntime.Tests;

namespace Takt.Quality.Tests;

public sealed class VerdictTests
{
    private const string RightCase = """[{"inputs": {"x": [1, 2, 3]}, "expected": {"y": [2, 5, 8]}}]""";

    [Fact]
    public async Task A_sound_candidate_passes_and_its_verdict_is_kept_with_every_finding()
    {
        await using var lab = await GateLab.OpenAsync();
        var spec = new GateSpec("flight-late", [new("log_loss", 0.55, null), new("auc", null, 0.6)], null, 1e-6, TimeSpan.FromMilliseconds(500));
        var verdict = await lab.JudgeAsync(spec, TinyModels.Affine(), RightCase, metrics: [("log_loss", 0.48), ("auc", 0.7)]);

        Assert.True(verdict.Passed, string.Join('\n', verdict.Findings));
        Assert.Equal(["ONNX Runtime loads and runs the model", "log_loss at most 0.55", "auc at least 0.6", "golden cases within 1E-06", "p99 of one row at most 500 ms"], verdict.Findings.Select(f => f.What));
        Assert.Equal("0.48", verdict.Findings[1].Observed);
        var kept = await lab.Gate.FindAsync(ProjectId.Default, verdict.Id, GateLab.Stop);
        Assert.Equivalent(verdict, kept);
        var fact = Assert.Single(lab.Journal.Facts);
        Assert.Equal("gate.judged", fact.Kind);
        Assert.Equal($"blob:{verdict.Model} judged verdict:{verdict.Id}", string.Join(' ', fact.Edges[0].From, fact.Edges[0].Relation, fact.Edges[0].To));
    }

    [Theory]
    [InlineData("log_loss", 0.56, "0.56")]
    [InlineData("log_loss", double.NaN, "NaN")]
    [InlineData("log_loss", double.NegativeInfinity, "-Infinity")]
    [InlineData("other", 0.1, "not measured; there are: other")]
    public async Task A_figure_beyond_its_threshold_or_missing_refuses(string metric, double value, string observed)
    {
        await using var lab = await GateLab.OpenAsync();
        var verdict = await lab.JudgeAsync(GateLab.Easy with { Thresholds = [new("log_loss", 0.55, null)] }, TinyModels.Affine(), metrics: [(metric, value)]);

        Assert.False(verdict.Passed);
        Assert.Equal(observed, Assert.Single(verdict.Findings, f => !f.Passed).Observed);
    }

    [Theory]
    [InlineData("""[{"inputs": {"x": [1, 2, 3]}, "expected": {"y": [2, 5, 9]}}]""", "1 of 3 values differ; case 1: y is 8, expected 9")]
    [InlineData("""[{"inputs": {"x": [1, 2]}, "expected": {"y": [1]}}]""", "golden case 1: the input 'x: float[-1,3]' takes 3 value(s) a row, and the case gives 2.")]
    [InlineData("""[{"inputs": {"hour": 7}, "expected": {"y": 1}}]""", "golden case 1: the model asks for the input 'x: float[-1,3]', which the case does not give.")]
    [InlineData("""[{"inputs": {"x": [1, 2, 3], "z": 1}, "expected": {"y": 1}}]""", "golden case 1: There is no input 'z'. There are: x.")]
    [InlineData("""[{"inputs": {"x": [1, 2, 3]}, "expected": {"p": 1}}]""", "golden case 1: There is no output 'p'. There are: y.")]
    [InlineData("""[{"inputs": {"x": [1, 2, "late"]}, "expected": {"y": [1, 2, 3]}}]""", "golden case 1: late is no number.")]
    [InlineData("""{"inputs": 1}""", "the golden cases are no JSON list.")]
    [InlineData("[]", "there are none")]
    public async Task Golden_cases_that_do_not_hold_or_do_not_fit_refuse_and_say_why(string golden, string observed)
    {
        await using var lab = await GateLab.OpenAsync();
        var verdict = await lab.JudgeAsync(GateLab.Easy, TinyModels.Affine(), golden);

        Assert.False(verdict.Passed);
        Assert.Equal(observed, Assert.Single(verdict.Findings, f => !f.Passed).Observed);
    }

    [Theory]
    [InlineData("this is no model")]
    [InlineData("")]
    public async Task A_file_that_is_no_ONNX_is_a_refused_verdict_in_ONNX_Runtimes_words(string content)
    {
        await using var lab = await GateLab.OpenAsync();
        var verdict = await lab.JudgeAsync(GateLab.Easy, Encoding.UTF8.GetBytes(content), RightCase);

        Assert.False(verdict.Passed);
        Assert.StartsWith("ONNX Runtime: ", verdict.Findings[0].Observed, StringComparison.Ordinal);
        Assert.Equal("not run: the model was refused", verdict.Findings[1].Observed);
    }

    [Fact]
    public async Task A_model_that_is_not_in_Artifacts_is_refused()
    {
        await using var lab = await GateLab.OpenAsync();
        var nobody = ChunkedDigest.Of([1, 2, 3]);
        var verdict = await lab.Gate.JudgeAsync(lab.Alice, GateLab.Easy, new GateEvidence(nobody, new Dictionary<string, double>(), null, null, "x", null), GateLab.Stop);

        Assert.False(verdict.Passed);
        Assert.Contains(nobody.ToString(), verdict.Findings[0].Observed, StringComparison.Ordinal);
    }

    [Theory]
    // z(0.95) = 1.645: -0.002 + 1.645 * 0.001 < 0 wins; with a standard error of 0.0013 it does not.
    [InlineData(-0.002, 0.001, 50_000, true)]
    [InlineData(-0.002, 0.0013, 50_000, false)]
    [InlineData(-0.002, 0.001, 999, false)]
    [InlineData(0.002, 0.0001, 50_000, false)]
    [InlineData(double.NaN, 0.0001, 50_000, false)]
    public async Task The_champion_is_beaten_only_with_the_confidence_and_the_rows_asked_for(double mean, double error, long rows, bool wins)
    {
        await using var lab = await GateLab.OpenAsync();
        var none = new Dictionary<string, double>();
        var paired = new PairedComparison("log_loss", rows, 0.498, 0.5, mean, error, none, none);
        var verdict = await lab.JudgeAsync(GateLab.Easy with { AgainstChampion = new ChampionRule("log_loss", 1000, 0, 0.95) }, TinyModels.Affine(), paired: paired, champion: "flight-late/1");

        Assert.Equal(wins, verdict.Passed);
        Assert.Equal("log_loss below flight-late/1's on the same rows (95 % confidence)", verdict.Findings[1].What);
    }

    [Fact]
    public async Task Without_a_champion_there_is_nothing_to_beat_and_with_one_the_comparison_must_be_there()
    {
        await using var lab = await GateLab.OpenAsync();
        var spec = GateLab.Easy with { AgainstChampion = new ChampionRule("log_loss", 1000, 0, 0.95) };

        Assert.True((await lab.JudgeAsync(spec, TinyModels.Affine())).Passed);
        Assert.False((await lab.JudgeAsync(spec, TinyModels.Affine(), champion: "flight-late/1")).Passed);
    }

    [Theory]
    [InlineData(0.5, 0), InlineData(0.95, 1.6448536269514722), InlineData(0.999, 3.090232306167813), InlineData(0.01, -2.3263478740408408)]
    public void The_normal_quantile_is_right(double p, double z) => Assert.Equal(z, NormalQuantile.Of(p), 1e-8);
}

using Takt.Pipelines.Specs;
using Takt.Trainers;

namespace Takt.Pipelines.Tests.Specs;

public sealed class RunParamsTests
{
    private static readonly PipelineSpec pipeline = new("p", new Dictionary<string, string> { ["rows"] = "10" }, true,
        [new TrainStepSpec("train", "d", new TrainingSpec { Data = [], Time = "", Label = "x", Features = [] }, StepLimits.Default)]);

    [Fact]
    public void Defaults_stand_until_a_run_says_otherwise()
    {
        Assert.Equal("10", RunParams.Read(pipeline, new Dictionary<string, string>()).Value.Given["rows"]);
        Assert.Equal("20", RunParams.Read(pipeline, new Dictionary<string, string> { ["rows"] = "20" }).Value.Given["rows"]);
    }

    [Theory]
    [InlineData("cutoff", "2001-02-22", true)]
    [InlineData("cutoff", "2001-02-22T06:00:00Z", true)]
    [InlineData("cutoff", "2001-02-22T00:00:00+00:00", true)]
    [InlineData("cutoff", "12:00", false)]
    [InlineData("cutoff", "tomorrow", false)]
    [InlineData("shuffle_labels", "yes", false)]
    [InlineData("algorithm", "logistic", true)]
    [InlineData("algorithm", "boosted-trees", true)]
    [InlineData("algorithm", "0", false)]
    [InlineData("seed", "-1", false)]
    [InlineData("other", "1", false)]
    public void Params_are_checked(string name, string value, bool ok) =>
        Assert.Equal(ok, RunParams.Read(pipeline, new Dictionary<string, string> { [name] = value }).IsDone);

    [Fact]
    public void A_time_without_a_zone_is_utc()
    {
        var read = RunParams.Read(pipeline, new Dictionary<string, string> { ["cutoff"] = "2001-02-22T06:00:00" }).Value;
        Assert.Equal(new DateTimeOffset(2001, 2, 22, 6, 0, 0, TimeSpan.Zero), read.Cutoff);
    }
}

using Takt.Kernel;
using Takt.Pipelines.Specs;
using Takt.Trainers;

namespace Takt.Pipelines.Tests.Specs;

public sealed class PipelinePartTests
{
    [Fact]
    public void Short_and_long_forms_of_steps_are_read()
    {
        var (spec, errors) = Read("""
            train: {dataset: flights, label: delay > 15, holdout: 3d, max-rows: 100, features: {hour: hour(date), origin: {kind: category, smoothing: 5}}}
            evaluate:
            gate: strict
            register: {model: late}
            out: {uses: deploy, deployment: late}
            """);
        Assert.Empty(errors);
        var steps = spec.Steps;
        var train = Assert.IsType<TrainStepSpec>(steps[0]);
        Assert.Equal(TimeSpan.FromDays(3), train.Training.Holdout.Duration);
        Assert.Equal((FeatureKind.Category, 5), (train.Training.Features[1].Kind, train.Training.Features[1].Smoothing));
        Assert.Equal(1000, Assert.IsType<EvaluateStepSpec>(steps[1]).MinRows);
        Assert.Equal("strict", Assert.IsType<GateStepSpec>(steps[2]).Gate);
        Assert.Equal("late", spec.Model);
        Assert.Equal(("out", "late"), (steps[4].Name, Assert.IsType<DeployStepSpec>(steps[4]).Deployment));
        Assert.Equal(SpecStore.Write(spec), SpecStore.Write(SpecStore.Parse<PipelineSpec>(SpecStore.Write(spec))));
    }

    [Fact]
    public void A_command_brings_the_files_that_it_names()
    {
        var (spec, errors) = Read("""
            table: {run: python3 code/table.py --fast, code: [code/lib.py], inputs: {flights: "dataset:flights"}, outputs: [table.parquet], memory: 512MiB, timeout: 2m, env: {MODE: x}}
            fit: {run: fit.cs, inputs: {table: table/table.parquet}, outputs: [model.onnx, metrics.json]}
            """, ("code/table.py", "print(1)"), ("code/lib.py", "x = 1"), ("fit.cs", "return;"));
        Assert.Empty(errors);
        var table = Assert.IsType<CommandStepSpec>(spec.Steps[0]);
        Assert.Equal(["code/table.py", "code/lib.py"], table.Code.Keys);
        Assert.Equal(new StepLimits(TimeSpan.FromMinutes(2), 512), table.Limits);
        Assert.Equal(new InputSpec(null, "table", "table.parquet"), Assert.IsType<CommandStepSpec>(spec.Steps[1]).Inputs["table"]);
    }

    [Fact]
    public void Every_mistake_is_told_with_its_mend()
    {
        var (_, errors) = Read("""
            gate: strict
            Train: {uses: trian}
            train: {dataset: flights, lable: x, shuffle_labels: true, holdout: 2, memory: lots, features: {a: [1]}}
            run: {run: python3 nowhere.py, code: [nowhere.py], inputs: {a: other/file}, outputs: [../x], env: {LD_PRELOAD: x}}
            deploy: late
            """);
        string[] expected =
        [
            "line 1: Step 'gate' has no model",
            "line 2: 'Train' is no name of a step",
            "line 2: There is no built-in step 'trian'.",
            "line 3: Step 'train' has no 'lable'. Did you mean 'label'?",
            "line 3: Step 'train' needs 'label'.",
            "line 3: 'shuffle_labels' is not written in a file",
            "line 3: 'holdout' is the last part",
            "line 3: 'memory' must be an amount of memory",
            "line 3: Feature 'a' must be SQL",
            "line 4: There is no file 'nowhere.py'.",
            "line 4: No step before this one makes 'other/file'.",
            "line 4: 'outputs' lists files",
            "line 4: 'LD_PRELOAD' is no environment variable.",
            "line 5: Step 'deploy' deploys, but no step before it registers a version."
        ];
        Assert.All(expected, start => Assert.Contains(errors, e => e.ToString().StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_change_is_told_field_by_field()
    {
        var (old, _) = Read("train: {dataset: flights, label: delay > 15, features: {hour: hour(date)}}");
        var (wanted, _) = Read("train: {dataset: flights, label: delay > 30, features: {hour: hour(date), distance: distance}}");
        var change = Assert.Single(SpecStore.Changes("pipeline", new Dictionary<string, PipelineSpec> { ["p"] = old }, new Dictionary<string, PipelineSpec> { ["p"] = wanted }));
        Assert.Equal(ChangeVerb.Change, change.Verb);
        Assert.Contains("steps.train.training.label: delay > 15 -> delay > 30", change.Details);
    }

    private static (PipelineSpec Spec, IReadOnlyList<SpecError> Errors) Read(string steps, params (string Path, string Text)[] files)
    {
        var errors = new SpecErrors();
        var root = Flow.Read("{steps: " + Flow.Block(steps) + "}");
        var reading = new StepReading(errors, path => files.FirstOrDefault(f => f.Path == path).Text, []);
        return (new PipelineSpec("p", new Dictionary<string, string>(), true, reading.Read((SpecMap)root, "p")), errors.All);
    }
}

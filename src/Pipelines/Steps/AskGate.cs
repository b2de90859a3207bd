using System.Text;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Specs;
using Takt.Quality;

namespace Takt.Pipelines.Steps;

/// <summary>The step <c>gate</c>: hands the evidence to Quality's gate. A refusal ends the run; somebody may let it through, on record.</summary>
internal sealed class AskGate(IGate gate, IArtifactStore artifacts) : IStep
{
    private const int LargestGolden = 16 << 20;

    public Type Runs => typeof(GateStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = ((GateStepSpec)context.Spec).Gate;
        var spec = await gate.FindSpecAsync(context.Project, name, cancellationToken).ConfigureAwait(false) ?? throw new StepRefusedException($"There is no gate '{name}'. Define it under 'gates:'.");
        var made = context.ModelStep.Step;
        var evaluation = context.ResultOf("evaluate");
        var golden = made.Outputs.TryGetValue("golden.json", out var file)
            ? Encoding.UTF8.GetString(await artifacts.ReadAsync(context.Project, file.Blob, LargestGolden, cancellationToken).ConfigureAwait(false))
            : null;
        var metrics = FiguresJson.Numbers((evaluation?["metrics"] ?? made.Result["metrics"]) as JsonObject);
        var evidence = new GateEvidence(context.Model, metrics, golden, Paired(evaluation, spec.AgainstChampion?.Metric ?? "log_loss"), $"pipeline-run:{context.Run.Id}",
            evaluation?["champion"]?.GetValue<string>());
        var verdict = await gate.JudgeAsync(context.Caller, spec, evidence, cancellationToken).ConfigureAwait(false);
        foreach (var finding in verdict.Findings) context.Log.Write($"{(finding.Passed ? "passed" : "FAILED")}  {finding.What}: {finding.Observed}");
        var result = new JsonObject
        {
            ["verdict"] = verdict.Id.ToString(),
            ["gate"] = verdict.Gate,
            ["passed"] = verdict.Passed,
            ["findings"] = new JsonArray([.. verdict.Findings.Select(f => (JsonNode)new JsonObject { ["what"] = f.What, ["passed"] = f.Passed, ["observed"] = f.Observed })])
        };
        return verdict.LetsThrough
            ? StepOutcome.Done(result)
            : StepOutcome.Refused($"Gate '{name}' refuses it: {string.Join("; ", verdict.Findings.Where(f => !f.Passed).Select(f => $"{f.What}: {f.Observed}"))}", result);
    }

    private static PairedComparison? Paired(JsonObject? evaluation, string metric)
    {
        if (evaluation?["paired"]?[metric] is not JsonObject paired) return null;
        return new PairedComparison(metric, (long)paired["rows"]!, (double)paired["candidate_loss"]!, (double)paired["champion_loss"]!, (double)paired["mean_difference"]!, (double)paired["standard_error"]!,
            FiguresJson.Numbers(evaluation["metrics"] as JsonObject), FiguresJson.Numbers(evaluation["championMetrics"] as JsonObject));
    }
}

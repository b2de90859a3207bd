using Takt.Kernel;

namespace Takt.Quality;

/// <summary>Measures, judges, records.</summary>
internal sealed class ValidationGate(IModelProbing probing, VerdictStore verdicts, GateSpecStore specs, TimeProvider time) : IGate
{
    private const int LongestReason = 2000;

    public async Task<Verdict> JudgeAsync(Caller caller, GateSpec spec, GateEvidence evidence, CancellationToken cancellationToken)
    {
        var probe = await probing.ProbeAsync(caller.Project, evidence.Model, evidence.Golden, cancellationToken).ConfigureAwait(false);
        var findings = Judgement.Of(spec, evidence, probe);
        var verdict = new Verdict(Id.New<VerdictId>(time), spec.Name, evidence.Model, findings.All(f => f.Passed), findings, null, time.GetUtcMicroseconds());
        await verdicts.AddAsync(caller, verdict, evidence, cancellationToken).ConfigureAwait(false);
        return verdict;
    }

    public Task<Verdict?> FindAsync(ProjectId project, VerdictId verdict, CancellationToken cancellationToken) => verdicts.FindAsync(project, verdict, cancellationToken);

    public async Task<Outcome<Verdict>> OverrideAsync(Caller caller, VerdictId verdict, string reason, CancellationToken cancellationToken)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > LongestReason) return Problem.Invalid("override-reason-missing", "Letting a refused candidate through needs a reason.", $"Say why, in 1 to {LongestReason} characters.");
        if (await verdicts.FindAsync(caller.Project, verdict, cancellationToken).ConfigureAwait(false) is not { } found) return NotFound(verdict);
        if (found.Passed) return Problem.Conflict("verdict-passed", $"Verdict {verdict} passed: there is nothing to override.");
        if (!await verdicts.OverrideAsync(caller, found, new VerdictOverride(caller.Actor, reason, time.GetUtcMicroseconds()), cancellationToken).ConfigureAwait(false))
            return Problem.Conflict("verdict-overridden", $"Verdict {verdict} was let through already.", "GET it to see by whom and why.");
        return (await verdicts.FindAsync(caller.Project, verdict, cancellationToken).ConfigureAwait(false))!;
    }

    public Task<GateSpec?> FindSpecAsync(ProjectId project, string gate, CancellationToken cancellationToken) => specs.FindAsync(project, gate, cancellationToken);

    internal static Problem NotFound(VerdictId verdict) =>
        Problem.NotFound("verdict-not-found", $"There is no verdict {verdict} in this project.", "GET /api/v1/projects/{project}/verdicts lists them.");
}

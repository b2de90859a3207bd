using Takt.Artifacts;
using Takt.Kernel;
using Takt.Quality;
using Takt.Tracking;

namespace Takt.Registry;

/// <summary>Takes a model in: its file must lie in Artifacts, and a verdict must let that very file through.</summary>
internal sealed class RegisterModelVersion(VersionStore versions, IArtifactStore artifacts, IGate gate, ITracking tracking)
{
    public async Task<Outcome<ModelVersion>> RunAsync(Caller caller, string model, Digest digest, Provenance from, CancellationToken cancellationToken)
    {
        if (ModelName.Refusal(model) is { } badName) return badName;
        if (await MissingBlobAsync(caller.Project, digest, cancellationToken).ConfigureAwait(false) is { } missing) return missing;
        if (from.Reference is { } reference && await MissingBlobAsync(caller.Project, reference, cancellationToken).ConfigureAwait(false) is { } noReference) return noReference;
        if (await RefusedByGateAsync(caller.Project, digest, from.Verdict, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        var source = "";
        if (from.Run is { } id)
        {
            if (await tracking.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) is not { } run)
                return Problem.Unprocessable("run-not-found", $"The model is said to come from run {id}, which this project does not have.");
            // Where MLflow's clients find the file: among the run's, if it lies there.
            if (run.Artifacts.FirstOrDefault(a => a.Blob == digest) is { } file) source = $"mlflow-artifacts:/{run.Experiment}/{id}/artifacts/{file.Path}";
        }
        var number = await versions.AddAsync(caller, model, digest, from, source, cancellationToken).ConfigureAwait(false);
        return (await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<Problem?> MissingBlobAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        await artifacts.FindAsync(project, digest, cancellationToken).ConfigureAwait(false) is null
            ? Problem.Unprocessable("blob-not-found", $"Artifacts has no blob {digest} in this project.", "Put it there first.")
            : null;

    private async Task<Problem?> RefusedByGateAsync(ProjectId project, Digest digest, VerdictId? id, CancellationToken cancellationToken)
    {
        const string mend = "Let a gate judge this file, or have a refusal overridden by somebody who may.";
        if (id is not { } given) return Problem.Unprocessable("verdict-missing", "No version is registered without the gate's verdict.", mend);
        var verdict = await gate.FindAsync(project, given, cancellationToken).ConfigureAwait(false);
        if (verdict is null) return Problem.Unprocessable("verdict-not-found", $"There is no verdict {given} in this project.", mend);
        if (verdict.Model != digest) return Problem.Unprocessable("verdict-of-another-model", $"Verdict {given} speaks of the file {verdict.Model.Short}…, not of {digest.Short}….", mend);
        if (verdict.LetsThrough) return null;
        return Problem.Unprocessable("gate-refused", $"Gate '{verdict.Gate}' refused the model (verdict {given}).", mend) with
        {
            Findings = [.. verdict.Findings.Where(f => !f.Passed).Select(f => $"{f.What}: {f.Observed}")]
        };
    }
}

namespace Takt.Tracking.MLflow;

internal sealed class ProxiedArtifacts : IProxiedArtifacts
{
    private const string Runs = "runs:/";
    private const string Proxy = "mlflow-artifacts:/";

    public async Task SendAsync(MLflowCall call, string source, string path)
    {
        if (ArtifactPath.Check(path) is null) throw ArtifactRoutes.InvalidPath;
        var root = source.StartsWith(Runs, StringComparison.Ordinal) ? await OfRunAsync(call, source[Runs.Length..]).ConfigureAwait(false)
            : source.StartsWith(Proxy, StringComparison.Ordinal) ? source[Proxy.Length..].Trim('/')
            : throw MLflowException.Invalid("The files of this model version do not lie in Takt: its source is only recorded, and never opened.");
        await ArtifactRoutes.SendAsync(call, await ArtifactRoutes.CheckedAsync(call, $"{root}/{path}", write: false).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async Task<string?> LocationAsync(MLflowCall call, string run)
    {
        if (!Kernel.Id.TryParse<RunId>(run, out var id) || await call.Of<RunStore>().FindAsync(call.Caller.Project, id, call.Stop).ConfigureAwait(false) is not { } found) return null;
        return $"{await call.Of<ExperimentStore>().LocationAsync(found.Experiment, call.Stop).ConfigureAwait(false)}/{id}/artifacts";
    }

    private static async Task<string> OfRunAsync(MLflowCall call, string rest)
    {
        var parts = rest.Trim('/').Split('/', 2);
        var run = await RunRoutes.FindAsync(call, RunRoutes.Of(parts[0])).ConfigureAwait(false);
        return $"{run.Experiment}/{run.Id}/artifacts{(parts.Length == 2 ? "/" + parts[1] : "")}";
    }
}

namespace Takt.Tracking.MLflow;

/// <summary>Sends files that lie in Takt. A location that is not Takt's own is never opened.</summary>
public interface IProxiedArtifacts
{
    /// <param name="source"><c>runs:/ID/path</c> or <c>mlflow-artifacts:/path</c>, as a client wrote it.</param>
    /// <param name="path">Below the source.</param>
    /// <exception cref="MLflowException">The location is not Takt's, or there is no such file.</exception>
    Task SendAsync(MLflowCall call, string source, string path);

    /// <summary>Where a run's artifacts are said to lie (<c>artifact_uri</c>); null where the caller's project has no such run.</summary>
    Task<string?> LocationAsync(MLflowCall call, string run);
}

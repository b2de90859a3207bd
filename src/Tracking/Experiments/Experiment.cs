using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>An experiment. Times in milliseconds since 1970.</summary>
/// <param name="Id">From 0, unique in the whole server.</param>
internal sealed record Experiment(long Id, string Name, string ArtifactLocation, long CreatedAt, long UpdatedAt, bool Deleted)
{
    /// <summary>What a fact speaks of.</summary>
    public static Journal.Subject Subject(long id) => new("experiment", id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static Problem NotFound(long id) =>
        Problem.NotFound("experiment-not-found", $"There is no experiment {id} in this project.", "GET /api/v1/projects/{project}/experiments lists them.");
}

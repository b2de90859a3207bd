using Takt.Kernel;

namespace Takt.Monitoring;

internal static class MonitorProblems
{
    public static Problem NotFound(string monitor) =>
        Problem.NotFound("monitor-not-found", $"There is no monitor '{monitor}'.", "GET …/monitors lists them; they are defined under 'monitors:' in takt.yaml.");

    public static Problem AlertNotFound(string id) => Problem.NotFound("alert-not-found", $"There is no alert '{id}'.", "GET …/alerts lists them.");

    public static Problem AlertResolved(AlertId id) => Problem.Conflict("alert-resolved", $"Alert {id} is resolved already: nothing is left to acknowledge.");

    public static Problem BadPage(string page) => Problem.Invalid("page-unknown", $"'{page}' is no page of this list.", "Give back the 'next' of the page before, unchanged.");
}

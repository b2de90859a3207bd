using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary>What clients ask about the server, and about the data of experiments.</summary>
internal static class ServerRoutes
{
    private const int MostExperiments = 20;
    private const int MostSummaries = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("GET", "/mlflow/server-info", Permission.RunsRead, InfoAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/search-datasets", Permission.RunsRead, SearchDatasetsAsync);
    }

    private static Task InfoAsync(MLflowCall call) => call.Context.AnswerAsync(static json =>
    {
        json.WriteString("store_type"u8, "SqlStore"u8);
        json.WriteBoolean("workspaces_enabled"u8, false);
    });

    private static async Task SearchDatasetsAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var named = request.Texts("experiment_ids");
        if (named.Count == 0) throw MLflowException.Invalid("SearchDatasets request must specify at least one experiment_id.");
        if (named.Count > MostExperiments) throw MLflowException.Invalid($"SearchDatasets request cannot specify more than {MostExperiments} experiment_ids. Received {named.Count} experiment_ids.");
        var ids = named.Select(ExperimentRoutes.Number).ToList();
        var found = await call.Of<RunLinkStore>().SummariesAsync(call.Caller.Project, ids, MostSummaries, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (found.Count == 0) return;
            json.WriteStartArray("dataset_summaries"u8);
            foreach (var summary in found)
            {
                json.WriteStartObject();
                json.WriteString("experiment_id"u8, summary.Experiment.ToString(CultureInfo.InvariantCulture));
                json.WriteString("name"u8, summary.Name);
                json.WriteString("digest"u8, summary.Digest);
                if (summary.Context is not null) json.WriteString("context"u8, summary.Context);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }
}

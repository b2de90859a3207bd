using System.Globalization;
using Takt.Datasets;
using Takt.Kernel;
using Takt.Pipelines.Execution;

namespace Takt.Pipelines.Steps;

/// <summary>The version of a dataset that a step reads.</summary>
internal static class DatasetInput
{
    /// <param name="number">Null: the newest.</param>
    /// <exception cref="StepRefusedException">There is none.</exception>
    public static async Task<DatasetVersion> FindAsync(this IDatasets datasets, ProjectId project, string name, int? number, CancellationToken cancellationToken) =>
        await datasets.FindVersionAsync(project, name, number, cancellationToken).ConfigureAwait(false) ?? throw new StepRefusedException(number is null
            ? $"Dataset '{name}' has no version yet. Deliver data: takt deliver {name} FILE."
            : $"Dataset '{name}' has no version {number} any more.");

    public static string Reference(this DatasetVersion version) => string.Create(CultureInfo.InvariantCulture, $"{version.Name}/{version.Number}");

    /// <summary>Rows before this are all the rows the version has; null where rows have no time.</summary>
    public static DateTimeOffset? End(this DatasetVersion version) => version.EventTo?.AddTicks(TimeSpan.TicksPerMicrosecond);

    /// <summary>The name, number and digest of a step's <c>dataset</c> result.</summary>
    public static string Written(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}

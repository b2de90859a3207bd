using Takt.Kernel;

namespace Takt.Datasets.Catalogue;

/// <summary>The module's refusals; each type is listed in docs/problem-types.md.</summary>
internal static class DatasetProblems
{
    public static Problem DatasetNotFound(string name) =>
        Problem.NotFound("dataset-not-found", $"There is no dataset '{name}' in this project.", "Define it under `datasets:` in takt.yaml and run `takt apply`.");

    public static Problem VersionNotFound(string name, string which) =>
        Problem.NotFound("dataset-version-not-found", $"Dataset '{name}' has no version '{which}'.", "Name a number, a digest, or `latest`.");

    public static Problem DeliveryNotFound(string id) => Problem.NotFound("delivery-not-found", $"There is no delivery '{id}' in this dataset.");

    public static Problem SpecInvalid(string name, IReadOnlyList<string> mistakes) =>
        Problem.Invalid("dataset-spec-invalid", $"The spec of dataset '{name}' has {mistakes.Count} mistake(s): {mistakes[0]}") with { Findings = mistakes };

    public static Problem Unreadable(string why) =>
        Problem.Unprocessable("delivery-unreadable", $"The delivery cannot be read: {why}", "Deliver a whole Parquet file, or a CSV file with a header line. Nothing was changed.");

    public static Problem WrongSchema(string name, IReadOnlyList<string> findings) =>
        Problem.Unprocessable("delivery-wrong-schema", $"The delivery does not have the columns of dataset '{name}': {findings[0]}",
            "Mend the delivery, or the dataset's columns in takt.yaml. Nothing was changed.") with
        { Findings = findings };

    public static Problem Moved(string name) =>
        Problem.Conflict("dataset-moved", $"Dataset '{name}' got another version while this delivery was read.", "Deliver again.");
}

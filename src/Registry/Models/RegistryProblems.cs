using Takt.Kernel;

namespace Takt.Registry;

internal static class RegistryProblems
{
    public static Problem NoModel(string model) => Problem.NotFound("model-not-found", $"There is no model '{model}' in this project.", "GET /api/v1/projects/{project}/models lists them.");

    public static Problem NoVersion(string model, int number) =>
        Problem.NotFound("model-version-not-found", $"There is no model version {model}/{number} in this project.", "GET /api/v1/projects/{project}/models/{model}/versions lists them.");

    public static Problem NoAlias(string model, string alias) => Problem.NotFound("alias-not-found", $"Model '{model}' has no alias '{alias}'.", "PUT .../aliases/{alias} sets one.");
}

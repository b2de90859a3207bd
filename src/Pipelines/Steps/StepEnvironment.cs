namespace Takt.Pipelines.Steps;

/// <summary>The environment that every step's process begins with: nothing of ours goes along.</summary>
internal static class StepEnvironment
{
    public static Dictionary<string, string> Of(string folder) => new()
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = Path.Combine(folder, "home"),
        ["TMPDIR"] = "/tmp",
        ["USER"] = "takt",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
        ["PYTHONHASHSEED"] = "0",
        ["PYTHONUNBUFFERED"] = "1",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1"
    };
}

namespace Takt.Serving;

internal enum TargetKind { Unknown, Live, Ready, Server, Model, ModelReady, Infer, Invocations }

/// <summary>What a path asks for. Made once a path and connection.</summary>
internal sealed record RequestTarget(TargetKind Kind, string? Project, string Deployment)
{
    private static readonly RequestTarget Nothing = new(TargetKind.Unknown, null, "");

    public bool TakesPost => Kind is TargetKind.Infer or TargetKind.Invocations;

    /// <summary>
    /// <c>/v2</c>, <c>/v2/health/live</c>, <c>/v2/models/NAME[/ready|/infer|/invocations]</c>, the same under <c>/v2/projects/PROJECT</c>,
    /// and MLflow's <c>/ping</c>, <c>/health</c> and <c>/invocations</c>.
    /// </summary>
    public static RequestTarget Parse(string path)
    {
        var parts = path.Split('/', 8);
        if (parts.Length < 2 || parts[0].Length > 0) return Nothing;
        return parts[1..] switch
        {
            ["v2"] => new(TargetKind.Server, null, ""),
            ["v2", "health", "live"] => new(TargetKind.Live, null, ""),
            ["v2", "health", "ready"] => new(TargetKind.Ready, null, ""),
            ["ping"] or ["health"] => new(TargetKind.Ready, null, ""),
            ["invocations"] => new(TargetKind.Invocations, null, ""),
            ["v2", "models", var name] => new(TargetKind.Model, null, name),
            ["v2", "models", var name, var verb] => new(Verb(verb), null, name),
            ["v2", "projects", var project, "models", var name] => new(TargetKind.Model, project, name),
            ["v2", "projects", var project, "models", var name, var verb] => new(Verb(verb), project, name),
            _ => Nothing,
        };
    }

    private static TargetKind Verb(string verb) => verb switch
    {
        "infer" => TargetKind.Infer,
        "ready" => TargetKind.ModelReady,
        "invocations" => TargetKind.Invocations,
        _ => TargetKind.Unknown,
    };
}

using Takt.Cli.Verbs;

namespace Takt.Cli.Shell;

/// <summary>Every verb, in the order the help shows them.</summary>
internal static class VerbList
{
    internal static IReadOnlyList<Verb> All { get; } =
    [
        UpVerb.Create(),
        DemoVerb.Create(),
        StatusVerb.Create(),
        TokenVerb.Create(),
        VersionVerb.Create(),
        AuditVerb.Create(),
        ServerVerb.Create(),
        TrainVerb.Create(),
        EvaluateVerb.Create(),
        ServeVerb.Create(),
    ];
}

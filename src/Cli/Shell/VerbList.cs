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
        OpenVerb.Create(),
        TokenVerb.Create(),
        VersionVerb.Create(),
        PlanVerb.Create(),
        ApplyVerb.Create(),
        SchemaVerb.Create(),
        DeliverVerb.Create(),
        RunVerb.Create(),
        RunsVerb.Create(),
        LogsVerb.Create(),
        CancelVerb.Create(),
        OverrideVerb.Create(),
        DeployVerb.Create(),
        RollbackVerb.Create(),
        PromoteVerb.Create(),
        TruthVerb.Create(),
        AlertsVerb.Create(),
        ReproduceVerb.Create(),
        AuditVerb.Create(),
        ServerVerb.Create(),
        TrainVerb.Create(),
        EvaluateVerb.Create(),
        ProbeModelVerb.Create(),
        ServeVerb.Create(),
    ];
}

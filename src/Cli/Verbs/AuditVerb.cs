using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class AuditVerb
{
    internal static Verb Create() => new("audit", "Verifies the journal, or takes a copy of it that anybody can verify.")
    {
        Group = VerbGroup.Record,
        Takes = [AuditVerifyVerb.Create(), AuditExportVerb.Create()],
        Examples = ["takt audit verify", "takt audit export journal.jsonl", "takt audit verify journal.jsonl"],
    };
}

using System.Text.Json;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class SchemaVerb
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    internal static Verb Create() => new Verb("schema", "Prints the JSON schema of takt.yaml: editors complete and check the file with it.")
    {
        Group = VerbGroup.Loop,
        Examples = ["takt schema > takt.schema.json   # then begin takt.yaml with: # yaml-language-server: $schema=takt.schema.json"],
    }.Does(async (call, cancellationToken) => call.Out.Raw(JsonSerializer.Serialize(await call.Api.GetAsync<JsonElement>("api/v1/definition/schema", cancellationToken), indented)));
}

using Takt.Kernel;

namespace Takt.Definitions.Tests;

/// <summary>A part by hand: named entries, each a word and perhaps a reference to another part.</summary>
internal sealed class WordsPart(string key, string? refersTo = null) : IDefinitionPart
{
    public Dictionary<string, string> Standing { get; private set; } = [];

    public int Applied { get; private set; }

    public string Key => key;

    public string JsonSchema => """{"type": "object", "additionalProperties": {"type": "object"}}""";

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files)
    {
        var words = new Dictionary<string, string>();
        var references = new List<SpecReference>();
        foreach (var entry in node.Entries)
        {
            if (entry.Value is not SpecMap map)
            {
                errors.Add(entry, $"'{entry.Name}' must hold named values.");
                continue;
            }
            map.AllowOnly(errors, entry.Name, "word", "uses", "file", "count");
            map.Whole("count", errors);
            words[entry.Name] = map.Text("file", errors) is { } file ? files(file) ?? "" : map.RequiredText("word", errors, entry.Name);
            if (refersTo is not null && map["uses"] is SpecScalar uses) references.Add(new SpecReference(refersTo, uses.Text, uses));
        }
        return new Words(words, references);
    }

    public Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var words = ((Words)spec).Of;
        IReadOnlyList<SpecChange> changes =
        [
            .. words.Select(w => new SpecChange(!Standing.TryGetValue(w.Key, out var old) ? ChangeVerb.Create : old == w.Value ? ChangeVerb.Keep : ChangeVerb.Change, key, w.Key, [])),
            .. Standing.Keys.Except(words.Keys).Select(name => new SpecChange(ChangeVerb.Remove, key, name, []))
        ];
        return Task.FromResult(changes);
    }

    public Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        Standing = ((Words)spec).Of;
        Applied++;
        return Task.CompletedTask;
    }

    private sealed record Words(Dictionary<string, string> Of, IReadOnlyList<SpecReference> References) : ISpecReferences;
}

using System.Text.Json;

namespace Takt.Server.Overview;

/// <summary>Reads a fact's payload without trusting its shape: an older version of a fact may lack what a newer one has.</summary>
internal readonly struct FactPayload(JsonElement element)
{
    public string Text(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
        _ => "",
    };

    public double Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 0;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public IEnumerable<FactPayload> List(string name) => Find(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(e => new FactPayload(e)) : [];

    private JsonElement? Find(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}

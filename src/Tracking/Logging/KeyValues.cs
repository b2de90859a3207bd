namespace Takt.Tracking;

/// <summary>Params or tags as columns for <c>unnest</c>. A key stands once.</summary>
internal sealed record KeyValues(string[] Keys, string[] Values)
{
    public static readonly KeyValues None = new([], []);

    public bool IsEmpty => Keys.Length == 0;

    public static KeyValues Of(IReadOnlyDictionary<string, string> pairs) => pairs.Count == 0 ? None : new([.. pairs.Keys], [.. pairs.Values]);

    public string? Find(string key) => Array.IndexOf(Keys, key) is var i and >= 0 ? Values[i] : null;
}

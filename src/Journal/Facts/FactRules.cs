using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Takt.Journal.Facts;

/// <summary>What a fact must be before it is kept for ever. A breach is a bug of the module that wrote it, never a user's mistake.</summary>
internal static partial class FactRules
{
    public const int MaxPayloadBytes = 1 << 20;

    private static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The fact cannot be kept; the message says why.</exception>
    public static void Check(Fact fact)
    {
        if (!Kind().IsMatch(fact.Kind)) throw Bad(fact, "its kind must be dotted lower-case words");
        if (fact.Version < 1) throw Bad(fact, "its version starts at 1");
        CheckSubject(fact, fact.Subject);
        foreach (var edge in fact.Edges)
        {
            CheckSubject(fact, edge.From);
            CheckSubject(fact, edge.To);
            if (!Word().IsMatch(edge.Relation)) throw Bad(fact, $"the relation '{edge.Relation}' must be lower-case words with hyphens");
        }
        CheckPayload(fact);
    }

    private static void CheckSubject(Fact fact, Subject subject)
    {
        if (!Word().IsMatch(subject.Kind)) throw Bad(fact, $"the subject kind '{subject.Kind}' must be lower-case words with hyphens");
        if (subject.Name.Length is 0 or > 1024 || subject.Name.Contains('\0', StringComparison.Ordinal)) throw Bad(fact, "a subject's name has 1 to 1024 characters and no NUL");
        try
        {
            strict.GetByteCount(subject.Name);
        }
        catch (EncoderFallbackException)
        {
            throw Bad(fact, "a subject's name is not Unicode");
        }
    }

    private static void CheckPayload(Fact fact)
    {
        try
        {
            var bytes = strict.GetBytes(fact.Payload);
            if (bytes.Length > MaxPayloadBytes) throw Bad(fact, $"its payload has {bytes.Length} bytes; at most {MaxPayloadBytes} are kept");
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Bad(fact, "its payload must be a JSON object");
            reader.Skip();
            if (reader.Read()) throw Bad(fact, "its payload has more than one JSON object");
        }
        catch (Exception e) when (e is JsonException or EncoderFallbackException)
        {
            throw Bad(fact, $"its payload is no JSON: {e.Message}");
        }
    }

    private static ArgumentException Bad(Fact fact, string why) => new($"The fact '{fact.Kind}' cannot be kept: {why}.", nameof(fact));

    [GeneratedRegex(@"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Kind();

    [GeneratedRegex("^[a-z][a-z0-9_-]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}

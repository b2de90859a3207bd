using System.Diagnostics.CodeAnalysis;

namespace Takt.Kernel;

/// <summary>An id in a type of its own: a UUIDv7, written as 32 hex digits everywhere (URLs, JSON, logs).</summary>
/// <typeparam name="TSelf">The id's own type.</typeparam>
public interface IId<TSelf> : IParsable<TSelf>, IEquatable<TSelf> where TSelf : struct, IId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf Of(Guid value);

    static TSelf IParsable<TSelf>.Parse(string s, IFormatProvider? provider) =>
        TSelf.TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id of 32 hex digits.");

    static bool IParsable<TSelf>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TSelf result)
    {
        var ok = Guid.TryParseExact(s, "N", out var value) || Guid.TryParseExact(s, "D", out value);
        result = ok ? TSelf.Of(value) : default;
        return ok;
    }
}

/// <summary>Makes and reads ids.</summary>
public static class Id
{
    /// <summary>A new id whose first 48 bits are the time, so that ids sort by when they were made.</summary>
    public static T New<T>(TimeProvider time) where T : struct, IId<T> => T.Of(Guid.CreateVersion7(time.GetUtcNow()));

    /// <summary>Reads 32 hex digits (or the hyphenated form).</summary>
    public static bool TryParse<T>(string? text, out T id) where T : struct, IId<T> => T.TryParse(text, null, out id);

    /// <exception cref="FormatException">The text is no id.</exception>
    public static T Parse<T>(string text) where T : struct, IId<T> => T.Parse(text, null);

    /// <summary>The one way an id is written.</summary>
    public static string Text<T>(T id) where T : struct, IId<T> => id.Value.ToString("N");
}

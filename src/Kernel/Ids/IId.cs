using System.Diagnostics.CodeAnalysis;

namespace Takt.Kernel;

/// <summary>
/// An id in a type of its own: a UUIDv7, written as 32 hex digits everywhere (URLs, JSON, logs). One that routes bind has its own public
/// <c>TryParse</c>: ASP.NET does not see an interface's.
/// </summary>
/// <typeparam name="TSelf">The id's own type.</typeparam>
public interface IId<TSelf> : IParsable<TSelf>, IEquatable<TSelf> where TSelf : struct, IId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf Of(Guid value);

    static TSelf IParsable<TSelf>.Parse(string s, IFormatProvider? provider) =>
        Id.TryParse<TSelf>(s, out var id) ? id : throw new FormatException($"'{s}' is not an id of 32 hex digits.");

    static bool IParsable<TSelf>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TSelf result) => Id.TryParse(s, out result);
}

/// <summary>Makes and reads ids.</summary>
public static class Id
{
    /// <summary>A new id whose first 48 bits are the time, so that ids sort by when they were made.</summary>
    public static T New<T>(TimeProvider time) where T : struct, IId<T> => T.Of(Guid.CreateVersion7(time.GetUtcNow()));

    /// <summary>Reads 32 hex digits (or the hyphenated form).</summary>
    public static bool TryParse<T>(string? text, out T id) where T : struct, IId<T>
    {
        var ok = Guid.TryParseExact(text, "N", out var value) || Guid.TryParseExact(text, "D", out value);
        id = ok ? T.Of(value) : default;
        return ok;
    }

    /// <exception cref="FormatException">The text is no id.</exception>
    public static T Parse<T>(string text) where T : struct, IId<T> =>
        TryParse<T>(text, out var id) ? id : throw new FormatException($"'{text}' is not an id of 32 hex digits.");

    /// <summary>The one way an id is written.</summary>
    public static string Text<T>(T id) where T : struct, IId<T> => id.Value.ToString("N");
}

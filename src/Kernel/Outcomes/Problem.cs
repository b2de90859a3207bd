namespace Takt.Kernel;

/// <summary>
/// Something that was refused and why, as RFC 9457 tells it. A message says what, which one, and what to do next.
/// </summary>
/// <param name="Type">A slug listed in <c>docs/problem-types.md</c>, e.g. <c>dataset-not-found</c>.</param>
/// <param name="Status">The HTTP status it becomes at the edge.</param>
/// <param name="Detail">One sentence: what is wrong with which thing.</param>
/// <param name="Mend">What to do next; null where <paramref name="Detail"/> says it already.</param>
public sealed record Problem(string Type, int Status, string Detail, string? Mend = null)
{
    /// <summary>Further findings, each a line: every one is told, not the first alone.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    public static Problem NotFound(string type, string detail, string? mend = null) => new(type, 404, detail, mend);

    public static Problem Invalid(string type, string detail, string? mend = null) => new(type, 400, detail, mend);

    public static Problem Conflict(string type, string detail, string? mend = null) => new(type, 409, detail, mend);

    public static Problem Unprocessable(string type, string detail, string? mend = null) => new(type, 422, detail, mend);

    public override string ToString() => Mend is null ? Detail : $"{Detail} {Mend}";
}

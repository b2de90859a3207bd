namespace Takt.Trainers;

/// <summary>Rows in the order of their time (equal times: in the order of the files).</summary>
/// <param name="Times">Microseconds since 1970, UTC, rising.</param>
/// <param name="Labels">1 where it happened, 0 where not.</param>
/// <param name="Unlabelled">Rows that were left out because their label is null.</param>
internal sealed record Frame(long[] Times, byte[] Labels, IReadOnlyList<Column> Columns, long Unlabelled)
{
    public int Rows => Times.Length;
}

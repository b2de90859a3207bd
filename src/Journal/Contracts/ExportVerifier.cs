using Takt.Journal.Export;
using Takt.Kernel;

namespace Takt.Journal;

/// <summary>Verifies a journal's export with nothing but the export: no database, no server, no network. One pass, memory O(log n).</summary>
public static class ExportVerifier
{
    /// <summary>Reads the export to its end, or to the first thing that is not as it was written.</summary>
    public static VerifyReport Verify(Stream export, VerifyOptions? options = null) => VerifyAsync(export, options ?? new VerifyOptions(), CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc cref="Verify"/>
    public static Task<VerifyReport> VerifyAsync(Stream export, CancellationToken cancellationToken) => VerifyAsync(export, new VerifyOptions(), cancellationToken);

    /// <inheritdoc cref="Verify"/>
    public static Task<VerifyReport> VerifyAsync(Stream export, VerifyOptions options, CancellationToken cancellationToken) => ExportReading.VerifyAsync(export, options, cancellationToken);
}

/// <summary>What the verifier holds the export against, beside itself. Without any, a forger who rewrote everything with a key of his own goes unseen.</summary>
public sealed record VerifyOptions
{
    /// <summary>SHA-256 of the public keys (SubjectPublicKeyInfo) that are trusted, from a place outside the export. Empty: any key in the export is.</summary>
    public IReadOnlyList<Digest> TrustedKeys { get; init; } = [];

    /// <summary>Roots noted earlier: the export must have had them at those sizes, so nothing was rewritten or cut off since.</summary>
    public IReadOnlyList<Anchor> Anchors { get; init; } = [];
}

/// <summary>A root of the tree at a size, noted outside: from a checkpoint, a receipt, a printed report.</summary>
public sealed record Anchor(long Size, Digest Root);

/// <summary>What the verifier found.</summary>
/// <param name="IsWhole">Every fact is where it was, as it was, under signed checkpoints.</param>
/// <param name="Summary">One sentence for people.</param>
/// <param name="Project">Whose facts are whole in the export; null: every project's.</param>
/// <param name="Facts">Facts whose content was checked.</param>
/// <param name="Size">Leaves of the tree up to the last good checkpoint.</param>
/// <param name="Root">At that size.</param>
/// <param name="SignedAt">When that checkpoint was signed.</param>
/// <param name="Keys">SHA-256 of each public key that signed, oldest first: compare them with what you know.</param>
/// <param name="Position">The first position that is damaged, where one can be named: a rewritten stretch is named by its first position.</param>
/// <param name="Line">The export's line with the damage, from 1.</param>
/// <param name="Damage">What is wrong there.</param>
public sealed record VerifyReport(
    bool IsWhole, string Summary, ProjectId? Project, long Facts, long Size, Digest Root, DateTimeOffset? SignedAt, IReadOnlyList<Digest> Keys, long? Position, long? Line, string? Damage);

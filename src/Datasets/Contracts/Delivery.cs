using Takt.Kernel;

namespace Takt.Datasets;

/// <summary>A delivery's id.</summary>
public readonly record struct DeliveryId(Guid Value) : IId<DeliveryId>
{
    public static DeliveryId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out DeliveryId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>Something that was delivered: accepted into a version, or set aside.</summary>
/// <param name="Raw">The bytes as they came.</param>
/// <param name="Version">The version it made; null where it was refused.</param>
/// <param name="Checks">Every check and how it came out.</param>
public sealed record Delivery(DeliveryId Id, string Dataset, DeliveryStatus Status, Digest Raw, long Rows, int? Version, string Note,
    IReadOnlyList<CheckResult> Checks, DateTimeOffset At);

/// <summary>What became of a delivery.</summary>
public enum DeliveryStatus { Accepted, Refused }

/// <summary>How one check came out.</summary>
/// <param name="Check">The check in words: <c>distance between 20 and 5100</c>.</param>
/// <param name="Observed">What was found, in words.</param>
/// <param name="Offending">Rows that broke it.</param>
/// <param name="Examples">A few offending values.</param>
public sealed record CheckResult(string Check, string? Column, bool Passed, string Expected, string Observed, long Offending, IReadOnlyList<string> Examples);

/// <summary>How a delivery changes the dataset.</summary>
public enum DeliveryMode { Append, Replace }

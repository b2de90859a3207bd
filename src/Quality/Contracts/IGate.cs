using Takt.Kernel;

namespace Takt.Quality;

/// <summary>A verdict's id.</summary>
public readonly record struct VerdictId(Guid Value) : IId<VerdictId>
{
    public static VerdictId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out VerdictId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>The validation gate. Thread-safe.</summary>
public interface IGate
{
    /// <summary>Measures, judges and records. A refused candidate is a verdict, not an error.</summary>
    Task<Verdict> JudgeAsync(Caller caller, GateSpec spec, GateEvidence evidence, CancellationToken cancellationToken);

    Task<Verdict?> FindAsync(ProjectId project, VerdictId verdict, CancellationToken cancellationToken);

    /// <summary>Lets a refused candidate through, with a reason, on record.</summary>
    Task<Outcome<Verdict>> OverrideAsync(Caller caller, VerdictId verdict, string reason, CancellationToken cancellationToken);

    /// <summary>The gate of that name in takt.yaml, as it stands.</summary>
    Task<GateSpec?> FindSpecAsync(ProjectId project, string gate, CancellationToken cancellationToken);
}

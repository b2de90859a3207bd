namespace Takt.Kernel;

/// <summary>A project: the boundary of names, roles and quotas. Every row and every fact carries one.</summary>
public readonly record struct ProjectId(Guid Value) : IId<ProjectId>
{
    /// <summary>The project <c>default</c>, which exists from the first start.</summary>
    public static readonly ProjectId Default = new(new Guid("00000000-0000-7000-8000-000000000001"));

    public static ProjectId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out ProjectId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>Somebody or something that acts. Pseudonymous: who it is stands in Access alone.</summary>
public readonly record struct ActorId(Guid Value) : IId<ActorId>
{
    /// <summary>Takt itself: schedulers, monitors, the rollout controller.</summary>
    public static readonly ActorId System = new(new Guid("00000000-0000-7000-8000-000000000002"));

    public static ActorId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out ActorId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>A fact's own id, known before the sequencer gives it a position.</summary>
public readonly record struct FactId(Guid Value) : IId<FactId>
{
    public static FactId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out FactId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

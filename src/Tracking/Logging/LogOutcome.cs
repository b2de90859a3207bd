namespace Takt.Tracking;

/// <summary>What became of a call that logs.</summary>
internal abstract record LogOutcome
{
    private LogOutcome() { }

    public sealed record Logged : LogOutcome
    {
        public static readonly Logged One = new();
    }

    public sealed record NoRun : LogOutcome
    {
        public static readonly NoRun One = new();
    }

    public sealed record RunDeleted : LogOutcome
    {
        public static readonly RunDeleted One = new();
    }

    /// <summary>A param keeps its first value; nothing of the call was written.</summary>
    public sealed record ParamChanged(IReadOnlyList<ParamChange> Changes) : LogOutcome;
}

/// <summary>A param that was to become another.</summary>
internal sealed record ParamChange(string Key, string Old, string New);

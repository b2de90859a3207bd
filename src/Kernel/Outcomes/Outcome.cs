namespace Takt.Kernel;

/// <summary>What a use case ends in: its value, or the problem that refused it. Bugs and outages are exceptions, not outcomes.</summary>
public readonly struct Outcome<T>
{
    private readonly T? value;

    private Outcome(T? value, Problem? problem)
    {
        this.value = value;
        Problem = problem;
    }

    /// <summary>Why it was refused; null where it was done.</summary>
    public Problem? Problem { get; }

    public bool IsDone => Problem is null;

    /// <summary>The value of a done use case.</summary>
    /// <exception cref="RefusedException">It was refused.</exception>
    public T Value => Problem is null ? value! : throw new RefusedException(Problem);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Problem problem) => new(default, problem);

    /// <summary>Goes on with the value, or carries the problem along.</summary>
    public TResult Switch<TResult>(Func<T, TResult> done, Func<Problem, TResult> refused) => Problem is null ? done(value!) : refused(Problem);
}

/// <summary>A refusal where the caller had no other way: the edge turns it into its problem.</summary>
public sealed class RefusedException(Problem problem) : Exception(problem.ToString())
{
    public Problem Problem { get; } = problem;
}

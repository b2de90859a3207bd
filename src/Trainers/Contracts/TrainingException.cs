namespace Takt.Trainers;

/// <summary>The step cannot do what was asked: one line that says what, which one, and what to do next. Nothing was written.</summary>
public sealed class TrainingException : Exception
{
    public TrainingException(string message) : base(message)
    {
    }

    public TrainingException(string message, Exception inner) : base(message, inner)
    {
    }
}

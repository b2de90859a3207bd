namespace Takt.Journal;

/// <summary>
/// A reader that acts on facts, one after another, from a cursor that is kept in the journal's records: after a crash it goes on where it was, so
/// a fact may be handed over twice and the handler must not mind. Register it as a service; the journal runs it.
/// </summary>
public interface IFactSubscriber
{
    /// <summary>The cursor's name; stable for ever.</summary>
    string Name { get; }

    /// <summary>Exact kinds, or a prefix with a star.</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary>Acts on one fact. An exception is logged, and the fact handed over again after a pause.</summary>
    Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken);
}

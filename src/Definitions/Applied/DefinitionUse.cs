using System.Collections.Concurrent;
using Takt.Access;
using Takt.Definitions.Reading;
using Takt.Kernel;

namespace Takt.Definitions.Applied;

/// <summary>What apply would do, or did.</summary>
/// <param name="Changes">Also what stays, so that the list is whole.</param>
/// <param name="Number">Of the applied definition; null in a plan.</param>
/// <param name="Fact">The fact <c>definition.applied</c>; null in a plan, and where nothing changed.</param>
internal sealed record DefinitionOutcome(Digest Digest, IReadOnlyList<SpecChange> Changes, int? Number, FactId? Fact);

/// <summary>Plan and apply. A wrong file is refused whole: nothing of it is applied.</summary>
internal sealed class DefinitionUse(DefinitionReader reader, AppliedStore store, IProjects projects)
{
    // Two applies at once would mix two files; the second waits.
    private readonly ConcurrentDictionary<ProjectId, SemaphoreSlim> turns = new();

    public async Task<(DefinitionOutcome? Outcome, Problem? Problem, SpecErrors? Errors)> PlanAsync(Caller caller, DefinitionSource source, CancellationToken cancellationToken)
    {
        var (read, problem) = await ReadAsync(caller, source, cancellationToken).ConfigureAwait(false);
        if (problem is not null) return (null, problem, read?.Errors);
        return (new DefinitionOutcome(source.Digest, await ChangesAsync(caller, read!, cancellationToken).ConfigureAwait(false), null, null), null, null);
    }

    /// <summary>What the file would make in a project that is not there yet, so that a wrong file is told before anything is made.</summary>
    public async Task<(DefinitionOutcome? Outcome, Problem? Problem, SpecErrors? Errors)> CheckAsync(Caller caller, DefinitionSource source, string project, TimeProvider time, CancellationToken cancellationToken)
    {
        if (source.Refusal() is { } refusal) return (null, refusal, null);
        var (read, problem) = Judge(reader.Read(source, project));
        if (problem is not null) return (null, problem, read.Errors);
        var nowhere = caller with { Project = Id.New<ProjectId>(time) };
        return (new DefinitionOutcome(source.Digest, await ChangesAsync(nowhere, read, cancellationToken).ConfigureAwait(false), null, null), null, null);
    }

    public async Task<(DefinitionOutcome? Outcome, Problem? Problem, SpecErrors? Errors)> ApplyAsync(Caller caller, DefinitionSource source, CancellationToken cancellationToken)
    {
        var (read, problem) = await ReadAsync(caller, source, cancellationToken).ConfigureAwait(false);
        if (problem is not null) return (null, problem, read?.Errors);
        var turn = turns.GetOrAdd(caller.Project, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changes = await ChangesAsync(caller, read!, cancellationToken).ConfigureAwait(false);
            var last = await store.LastAsync(caller.Project, cancellationToken).ConfigureAwait(false);
            // Also where nothing would change: a part may have been left half applied by a crash, and applying twice changes nothing.
            foreach (var (part, spec) in read!.Parts) await part.ApplyAsync(caller, spec, cancellationToken).ConfigureAwait(false);
            if (last is not null && last.Digest == source.Digest && changes.All(c => c.Verb is ChangeVerb.Keep))
                return (new DefinitionOutcome(last.Digest, changes, last.Number, null), null, null);
            var (applied, fact) = await store.AddAsync(caller, source, changes, cancellationToken).ConfigureAwait(false);
            return (new DefinitionOutcome(applied.Digest, changes, applied.Number, fact), null, null);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<(ReadDefinition? Read, Problem? Problem)> ReadAsync(Caller caller, DefinitionSource source, CancellationToken cancellationToken)
    {
        if (source.Refusal() is { } refusal) return (null, refusal);
        var project = await projects.FindAsync(caller.Project, cancellationToken).ConfigureAwait(false);
        if (project is null) return (null, Problem.NotFound("project-not-found", "The project is gone."));
        return Judge(reader.Read(source, project.Name));
    }

    private static (ReadDefinition Read, Problem? Problem) Judge(ReadDefinition read)
    {
        if (!read.Errors.Any) return (read, null);
        var count = read.Errors.All.Count;
        return (read, Problem.Unprocessable("definition-invalid", $"The definition has {count} mistake{(count == 1 ? "" : "s")}; nothing was applied.") with
        {
            Findings = [.. read.Errors.All.Select(e => e.ToString())]
        });
    }

    private static async Task<IReadOnlyList<SpecChange>> ChangesAsync(Caller caller, ReadDefinition read, CancellationToken cancellationToken)
    {
        var changes = new List<SpecChange>();
        foreach (var (part, spec) in read.Parts) changes.AddRange(await part.PlanAsync(caller, spec, cancellationToken).ConfigureAwait(false));
        return changes;
    }
}
